import { isObject, type Json, type JsonObject } from "../json.ts";

export type Requirement = { key: string; operator: "In" | "NotIn" | "Exists" | "DoesNotExist"; values: string[] };
export type Selector = Requirement[];

const holds = (labels: JsonObject, { key, operator, values }: Requirement): boolean => {
  const value = labels[key];
  switch (operator) {
    case "In":
      return typeof value === "string" && values.includes(value);
    case "NotIn":
      return typeof value !== "string" || !values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
  }
};

export const selects = (selector: Selector, labels: JsonObject | undefined): boolean =>
  selector.every((requirement) => holds(labels ?? {}, requirement));

const OPERATORS = ["In", "NotIn", "Exists", "DoesNotExist"] as const;

/** Whether a LabelSelector object (matchLabels, matchExpressions) chooses these labels; an empty one chooses all. */
export function matches(selector: JsonObject, labels: JsonObject | undefined): boolean {
  const equal = isObject(selector.matchLabels) ? Object.entries(selector.matchLabels) : [];
  const expressions: Json[] = Array.isArray(selector.matchExpressions) ? selector.matchExpressions : [];
  const requirements = expressions.filter(isObject).map(
    (each): Requirement => ({
      key: String(each.key),
      operator: OPERATORS.find((known) => known === each.operator) ?? "Exists",
      values: Array.isArray(each.values) ? each.values.map(String) : [],
    }),
  );
  return equal.every(([key, value]) => labels?.[key] === value) && selects(requirements, labels);
}

/** Parses `a=b,c!=d,e in (x,y),f notin (z),g,!h`; undefined when it is not a selector. */
export function parseSelector(textual: string): Selector | undefined {
  const parts = textual.split(/,(?![^(]*\))/).map((part) => part.trim());
  const requirements: Selector = [];
  for (const part of parts.filter((each) => each !== "")) {
    const membership = /^(\S+)\s+(in|notin)\s+\(([^)]*)\)$/.exec(part);
    const equality = /^([^=!\s]+)\s*(==|=|!=)\s*([^=!\s]*)$/.exec(part);
    const presence = /^(!?)\s*([^=!\s(),]+)$/.exec(part);
    if (membership !== null) {
      const [, key = "", word, values = ""] = membership;
      requirements.push({
        key,
        operator: word === "in" ? "In" : "NotIn",
        values: values.split(",").map((value) => value.trim()),
      });
    } else if (equality !== null) {
      const [, key = "", sign, value = ""] = equality;
      requirements.push({ key, operator: sign === "!=" ? "NotIn" : "In", values: [value] });
    } else if (presence !== null) {
      const [, not, key = ""] = presence;
      requirements.push({ key, operator: not === "!" ? "DoesNotExist" : "Exists", values: [] });
    } else return undefined;
  }
  return requirements;
}
