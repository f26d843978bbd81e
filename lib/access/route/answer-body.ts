import "server-only";
import { type z } from "zod";

type Written = { output: z.ZodType; body: Uint8Array<ArrayBuffer> };
/** Bodies live as long as what they were made from: for most answers that is one request. */
const written = new WeakMap<object, Written>();

/**
 * A handler's result as JSON, null for no content. What does not fit its schema is a fault of ours: a 500, and never half an
 * answer. A result that many requests share (lib/platform/shared-reads.ts) is checked and written out once.
 */
export function bodyOf(output: z.ZodType, result: unknown): Written["body"] | null {
  const isKept = typeof result === "object" && result !== null;
  const before = isKept ? written.get(result) : undefined;
  if (before?.output === output) return before.body;
  const parsed = output.safeParse(result);
  if (!parsed.success) throw new TypeError("output does not fit its schema", { cause: parsed.error });
  if (parsed.data === undefined) return null;
  const body = new TextEncoder().encode(JSON.stringify(parsed.data));
  if (isKept) written.set(result, { output, body });
  return body;
}
