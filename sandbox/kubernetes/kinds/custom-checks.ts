import { RE2JS } from "re2js";
import { durationMs } from "../duration.ts";
import { isObject, type Json, type JsonObject } from "../json.ts";
import { type OpenApi } from "./facts.ts";
import { type Cause, type Check, invalid, type Schema } from "./schema.ts";
import { checkShape, validate } from "./validate.ts";

// Checks that only definitions of custom resources carry: the built-in types' documents have none of these keywords.

const compact = (causes: (Cause | false)[]): Cause[] => causes.filter((cause) => cause !== false);

/** Rules in CEL by their text: no library for Node evaluates them, and of hundreds most are this one (docs/decisions/0012). */
const TEXT_RULES: Record<string, (value: string) => boolean> = {
  "duration(self) >= duration('1ms')": (value) => (durationMs(value) ?? 0) >= 1,
};

/** Sizes, ranges and patterns of one value, in the sentences of kube-openapi's validation. */
export const bounds = {
  text({ pattern, minLength = 0, maxLength = Number.POSITIVE_INFINITY, ...type }: OpenApi): Check | undefined {
    const rules = type["x-kubernetes-validations"] ?? [];
    const isFree = pattern === undefined && minLength === 0 && maxLength === Number.POSITIVE_INFINITY;
    if (isFree && rules.length === 0) return undefined;
    const shape = pattern === undefined ? undefined : RE2JS.compile(pattern);
    return (value, path) => {
      const broken = rules.find(({ rule }) => TEXT_RULES[rule]?.(value) === false);
      if (broken) return broken.message;
      if ([...value].length < minLength) return `${path} in body should be at least ${minLength} chars long`;
      if ([...value].length > maxLength) return `${path} in body should be at most ${maxLength} chars long`;
      return shape?.test(value) === false ? `${path} in body should match '${pattern ?? ""}'` : undefined;
    };
  },
  number({ minimum, maximum }: OpenApi): Check<number> | undefined {
    if (minimum === undefined && maximum === undefined) return undefined;
    return (value, path) => {
      if (minimum !== undefined && value < minimum)
        return `${path} in body should be greater than or equal to ${minimum}`;
      return maximum !== undefined && value > maximum
        ? `${path} in body should be less than or equal to ${maximum}`
        : undefined;
    };
  },
  list({ minItems = 0, maxItems = Number.POSITIVE_INFINITY }: OpenApi) {
    if (minItems === 0 && maxItems === Number.POSITIVE_INFINITY) return undefined;
    return (values: Json[], path: string): Cause[] =>
      compact([
        values.length < minItems &&
          invalid(path, values.length, `${path} in body should have at least ${minItems} items`),
        values.length > maxItems && tooMany(path, values.length, maxItems),
      ]);
  },
  map({ minProperties = 0, maxProperties = Number.POSITIVE_INFINITY }: OpenApi) {
    if (minProperties === 0 && maxProperties === Number.POSITIVE_INFINITY) return undefined;
    return (value: JsonObject, path: string): Cause[] => {
      const size = Object.keys(value).length;
      return compact([
        size < minProperties && invalid(path, size, `${path} in body should have at least ${minProperties} properties`),
        size > maxProperties && tooMany(path, size, maxProperties),
      ]);
    };
  },
};

const tooMany = (field: string, size: number, limit: number): Cause => ({
  reason: "FieldValueTooMany",
  field,
  message: `Too many: ${size}: must have at most ${limit} items`,
});

type Compile = (type: OpenApi) => Schema;

/** `oneOf`, `anyOf` and `not` of an object. */
export function combinations(
  type: OpenApi,
  compile: Compile,
): ((value: JsonObject, path: string) => Cause[]) | undefined {
  const { oneOf, anyOf, not } = type;
  if (oneOf === undefined && anyOf === undefined && not === undefined) return undefined;
  const holds = (part: OpenApi) => matcher(part, compile);
  const [exactly, some] = [oneOf?.map(holds), anyOf?.map(holds)];
  const never = not === undefined ? undefined : holds(not);
  // The server names no field here, and the path in its sentence.
  const wrong = (path: string, why: string): Cause => ({
    ...invalid(path, "", `${JSON.stringify(path)} ${why}`),
    field: "<nil>",
  });
  return (value, path) => {
    const fitting = exactly?.filter((fits) => fits(value)).length;
    return compact([
      fitting !== undefined &&
        fitting !== 1 &&
        wrong(
          path,
          `must validate one and only one schema (oneOf). Found ${fitting === 0 ? "none" : String(fitting)} valid alternatives`,
        ),
      some !== undefined &&
        !some.some((fits) => fits(value)) &&
        wrong(path, "must validate at least one schema (anyOf)"),
      never?.(value) === true && wrong(path, "must not validate the schema (not)"),
    ]);
  };
}

/** Whether a value fits a part of a schema, which mostly only says what is required. */
function matcher(part: OpenApi, compile: Compile): (value: Json) => boolean {
  const properties = compile({
    type: "object",
    properties: part.properties ?? {},
    "x-kubernetes-preserve-unknown-fields": true,
  });
  const rest = combinations(part, compile);
  return (value) => {
    if (!isObject(value)) return true;
    if (!(part.required ?? []).every((key) => value[key] != null)) return false;
    if (checkShape(properties, value).wrong.length > 0 || validate(properties, value).length > 0) return false;
    return (rest?.(value, "") ?? []).length === 0;
  };
}
