import "server-only";
import { z } from "zod";

const messages = z.record(z.string(), z.union([z.array(z.string()), z.string()]));
const shapes = z.union([
  z.object({ error_description: z.string() }).transform((said) => said.error_description),
  z.object({ message: z.string() }).transform((said) => said.message),
  // GitLab: {"message":{"path":["has already been taken"]}}
  z.object({ message: messages }).transform((said) =>
    Object.entries(said.message)
      .map(([field, texts]) => `${field} ${[texts].flat().join(", ")}`)
      .join("; "),
  ),
  z.object({ error: z.string() }).transform((said) => said.error),
  // OCI: {"errors":[{"code","message","detail"}]}
  z
    .object({ errors: z.array(z.object({ message: z.string() })).min(1) })
    .transform((said) => said.errors.map((one) => one.message).join("; ")),
]);

/** The system's own explanation in an error body, in any of the shapes we know; null for pages and everything else. */
export function detailOf(body: string): string | null {
  try {
    return shapes.parse(JSON.parse(body)) || null;
  } catch {
    return null;
  }
}
