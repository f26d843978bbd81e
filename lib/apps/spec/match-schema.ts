import { z } from "zod";
import { headerName, MOST_CHARACTERS } from "./header-schema.ts";
import { parameterName } from "./names-schema.ts";

/** Envoy compiles an expression for every request it meets: short ones, of its own dialect (RE2), and none else. */
const LONGEST_EXPRESSION = 200;
/** What RE2 does not have: looking around and back references (https://github.com/google/re2/wiki/Syntax). */
const NOT_IN_RE2 = /\(\?(?:[=!]|<[=!])|\\[1-9]/;
/** As it stands in an address: what would be written otherwise there (RFC 3986, 2.1) is not compared. */
const PLAIN_VALUE = /^[A-Za-z0-9!$()*,./:;=?@_~-]+$/;

export const headerMatch = z
  .object({
    name: headerName,
    match: z.enum(["exact", "prefix", "regex"]),
    value: z.string().min(1).max(MOST_CHARACTERS),
  })
  .superRefine(({ match, value }, ctx) => {
    const problem = match === "regex" ? expressionProblem(value) : null;
    if (problem) ctx.addIssue({ code: "custom", path: ["value"], message: problem });
  });

/** A parameter of the address (HTTPMatchRequest.queryParams); of one that is given several times, the first counts. */
export const queryMatch = z
  .object({
    name: parameterName,
    match: z.enum(["exact", "regex"]),
    value: z.string().min(1).max(MOST_CHARACTERS),
  })
  .superRefine(({ match, value }, ctx) => {
    const problem = match === "regex" ? expressionProblem(value) : PLAIN_VALUE.test(value) ? null : "query.value";
    if (problem) ctx.addIssue({ code: "custom", path: ["value"], message: problem });
  });

/** What follows a route's path and its slash, whole. Below the path, so that no expression reaches into another service's. */
export const pathExpression = z
  .string()
  .min(1)
  .superRefine((text, ctx) => {
    const problem = text.startsWith("/") ? "regex.slash" : expressionProblem(text);
    if (problem) ctx.addIssue({ code: "custom", message: problem });
  });

function expressionProblem(text: string): "regex.long" | "regex.invalid" | null {
  if (text.length > LONGEST_EXPRESSION) return "regex.long";
  return isExpression(text) ? null : "regex.invalid";
}

function isExpression(text: string): boolean {
  if (NOT_IN_RE2.test(text)) return false;
  try {
    return new RegExp(text, "u") instanceof RegExp;
  } catch {
    return false;
  }
}
