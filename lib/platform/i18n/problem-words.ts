import type { createTranslator } from "use-intl/core";
import type { z } from "zod";
import type { Messages } from "./messages.ts";

/** What is wrong with a value: a key of `fields.errors` or a schema's own code, with what was asked of it instead. */
export type Problem = {
  code: string;
  message: string;
  /** What a bound is of: "string" (its length), "array", "number" … */
  origin: string;
  bound?: number;
  /** The type or format that was asked for, or the values to choose from. */
  expected?: string;
};

type FieldTexts = ReturnType<typeof createTranslator<Messages, "fields.errors">>;

/** One of zod's issues, as far as words can be made of it. */
export function problemOf(issue: z.core.$ZodIssue): Problem {
  const { code, message } = issue;
  if (code === "too_small") return { code, message, origin: issue.origin, bound: Number(issue.minimum) };
  if (code === "too_big") return { code, message, origin: issue.origin, bound: Number(issue.maximum) };
  if (code === "invalid_type") return { code, message, origin: "", expected: issue.expected };
  if (code === "invalid_format") return { code, message, origin: "", expected: issue.format };
  if (code === "invalid_value") return { code, message, origin: "", expected: issue.values.map(String).join(", ") };
  return { code, message, origin: "" };
}

/** A problem in words: our own sentence where the rule has one, else what its kind and bounds say. */
export function problemWords(t: FieldTexts, problem: Problem, print: (bound: number) => string): string {
  const { code, message, origin, bound, expected = "" } = problem;
  const own = ownWords(t, message);
  if (own !== null) return own;
  if (code === "invalid_type") return t("type", { expected });
  if (code === "invalid_format") return t("format", { expected });
  if (code === "invalid_value") return t("oneOf", { expected });
  if (bound === undefined) return t("other");
  if (code === "too_small" && bound === 1 && origin !== "number") return t("required");
  const words = { origin, bound: print(bound) };
  return code === "too_small" ? t("atLeast", words) : t("atMost", words);
}

/** The sentence of a message key; null when it is none. */
export function ownWords(t: FieldTexts, message: string): string | null {
  const key = message as Parameters<typeof t.has>[0];
  return t.has(key) ? t(key) : null;
}
