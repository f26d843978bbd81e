import { z } from "zod";
import { type Exchange } from "../platform/exchange.ts";
import { invalidRequest } from "./refusals.ts";

/** The parameters of a write: query and body together, the body as JSON or as a form, as GitLab takes them. */
export async function parametersOf<T extends z.ZodType>(exchange: Exchange, schema: T): Promise<z.infer<T>> {
  const body = await bodyFields(exchange);
  const parsed = schema.safeParse({ ...Object.fromEntries(exchange.query), ...body });
  if (parsed.success) return parsed.data;
  const complaints = parsed.error.issues.map((issue) => {
    const name = issue.path.join(".");
    return issue.code === "invalid_type" && issue.input === undefined ? `${name} is missing` : `${name} is invalid`;
  });
  throw invalidRequest(complaints.join(", "));
}

async function bodyFields(exchange: Exchange): Promise<object> {
  const body = (await exchange.body()).toString("utf8");
  if (!body) return {};
  const type = exchange.headers["content-type"] ?? "";
  if (type.startsWith("application/x-www-form-urlencoded")) return Object.fromEntries(new URLSearchParams(body));
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(body));
  } catch {
    throw invalidRequest("The request body is not a JSON object");
  }
}

/** A boolean as JSON or as a form field. */
export const flag = z.union([
  z.boolean(),
  z.enum(["true", "false", "1", "0"]).transform((word) => word === "true" || word === "1"),
]);

/** A path inside of a repository, as it was given; one that leads out of it is refused. */
export function pathInside(path: string, name = "path"): string {
  if (path.startsWith("/") || path.includes("\0") || path.split("/").includes(".."))
    throw invalidRequest(`${name} should be a valid file path`);
  return path;
}
