import type { z } from "zod";

/** What is wrong with a value: a key of `fields.errors` or a schema's own code, with the bounds that were not kept. */
export type Problem = { code: string; message: string; origin: string; bound?: number };

/** One of zod's issues, as far as words can be made of it. */
export function problemOf(issue: z.core.$ZodIssue): Problem {
  const { code, message } = issue;
  if (code === "too_small") return { code, message, origin: issue.origin, bound: Number(issue.minimum) };
  if (code === "too_big") return { code, message, origin: issue.origin, bound: Number(issue.maximum) };
  return { code, message, origin: "" };
}
