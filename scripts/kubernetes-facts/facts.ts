/** One file of facts: an API group's resources by version (as discovery lists them) and its types as OpenAPI v3 schemas. */
export type Facts = {
  from: string;
  resources: Record<string, Resource[]>;
  /** Printed columns of custom resources, by `<plural>.<group>/<version>`. */
  columns?: Record<string, unknown[]>;
  schemas: Record<string, unknown>;
};

export type Resource = {
  name: string;
  singularName: string;
  namespaced: boolean;
  kind: string;
  group?: string;
  version?: string;
  shortNames?: string[];
  categories?: string[];
  verbs: string[];
};

const DROPPED = new Set(["description", "example", "externalDocs", "x-kubernetes-unions", "x-kubernetes-selectors"]);

const RULES = "x-kubernetes-validations";
/** The rules in CEL that the sandbox knows by their text (sandbox/kubernetes/kinds/custom-checks.ts). */
const KNOWN_RULES: readonly unknown[] = ["duration(self) >= duration('1ms')"];
const isKnown = (rule: unknown): boolean =>
  typeof rule === "object" && rule !== null && "rule" in rule && KNOWN_RULES.includes(rule.rule);

/** A schema without prose; `properties` is a map of names, where "description" is a field like any other. */
export function withoutProse(value: unknown, isNames = false): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutProse(item));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => isNames || !DROPPED.has(key))
      .flatMap(([key, child]) => {
        if (isNames || key !== RULES) return [[key, withoutProse(child, !isNames && key === "properties")]];
        const known = Array.isArray(child) ? child.filter(isKnown) : [];
        return known.length > 0 ? [[key, known]] : [];
      }),
  );
}

/** JSON with an entry a line. */
export const table = (entries: Record<string, unknown>): string =>
  `{\n${Object.entries(entries)
    .map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`)
    .join(",\n")}\n}`;

/** JSON with one resource and one schema a line, so that a change of one type is a change of one line. */
export function lines({ from, resources, columns, schemas }: Facts): string {
  return `{\n"from": ${JSON.stringify(from)},\n"resources": ${table(resources)},\n${
    columns === undefined ? "" : `"columns": ${table(columns)},\n`
  }"schemas": ${table(schemas)}\n}\n`;
}
