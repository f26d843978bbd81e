import { type Labels } from "../metrics.ts";
import { ExecutionError, type Matching } from "./ast.ts";
import { COMPARISONS } from "./check.ts";
import { NAME, nameless, only, signature, sorted, withLabel, without } from "./labels.ts";
import { type Sample, type Value, vector } from "./values.ts";

const COMPUTE: Record<string, (a: number, b: number) => number> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "%": (a, b) => a % b,
  "^": (a, b) => a ** b,
  atan2: Math.atan2,
  "==": (a, b) => Number(a === b),
  "!=": (a, b) => Number(a !== b),
  ">": (a, b) => Number(a > b),
  "<": (a, b) => Number(a < b),
  ">=": (a, b) => Number(a >= b),
  "<=": (a, b) => Number(a <= b),
};

/** atan2 keeps the name, as Prometheus 2 does. */
const DROPS_NAME = ["+", "-", "*", "/", "%", "^"];

type Operation = { op: string; bool: boolean; matching?: Matching };

export function binary({ op, bool, matching }: Operation, left: Value, right: Value): Value {
  if (left.type === "scalar" && right.type === "scalar")
    return { type: "scalar", value: compute(op, left.value, right.value) };
  if (left.type === "vector" && right.type === "vector") {
    const how = matching ?? { on: false, labels: [], include: [] };
    return vector(
      ["and", "or", "unless"].includes(op)
        ? combine(op, left.samples, right.samples, how)
        : match({ op, bool }, left.samples, right.samples, how),
    );
  }
  if (left.type === "vector" && right.type === "scalar")
    return vector(withScalar({ op, bool }, left.samples, (value) => [value, right.value]));
  if (left.type === "scalar" && right.type === "vector")
    return vector(withScalar({ op, bool }, right.samples, (value) => [left.value, value]));
  throw new ExecutionError(`operator ${op} is not defined between ${left.type} and ${right.type}`);
}

const compute = (op: string, a: number, b: number): number => COMPUTE[op]?.(a, b) ?? NaN;

/** A comparison keeps the sample as it is, or drops it; with `bool`, and in arithmetic, there is a new value without a name. */
function withScalar({ op, bool }: Operation, samples: Sample[], sides: (value: number) => [number, number]): Sample[] {
  const filters = COMPARISONS.includes(op) && !bool;
  return samples.flatMap((sample) => {
    const value = compute(op, ...sides(sample.value));
    if (filters) return value === 1 ? [sample] : [];
    return [{ labels: bool || DROPS_NAME.includes(op) ? nameless(sample.labels) : sample.labels, value }];
  });
}

const keyOf = (labels: Labels, { on, labels: names }: Matching): string =>
  signature(on ? only(labels, names) : without(labels, [...names, NAME]));

function combine(op: string, left: Sample[], right: Sample[], matching: Matching): Sample[] {
  const keys = (samples: Sample[]): Set<string> => new Set(samples.map(({ labels }) => keyOf(labels, matching)));
  const [lefts, rights] = [keys(left), keys(right)];
  if (op === "and") return left.filter(({ labels }) => rights.has(keyOf(labels, matching)));
  if (op === "unless") return left.filter(({ labels }) => !rights.has(keyOf(labels, matching)));
  return [...left, ...right.filter(({ labels }) => !lefts.has(keyOf(labels, matching)))];
}

/** Vector matching: each sample of the "many" side meets the one of the other with the same matching labels. */
function match({ op, bool }: Operation, left: Sample[], right: Sample[], matching: Matching): Sample[] {
  const swapped = matching.group === "right";
  const [many, one] = swapped ? [right, left] : [left, right];
  const partners = new Map<string, Sample>();
  for (const sample of one) {
    const key = keyOf(sample.labels, matching);
    if (partners.has(key)) throw tooMany(matching, swapped ? "left" : "right", [partners.get(key), sample]);
    partners.set(key, sample);
  }
  const seen = new Map<string, Set<string>>();
  return many.flatMap((sample) => {
    const key = keyOf(sample.labels, matching);
    const partner = partners.get(key);
    if (partner === undefined) return [];
    const [a, b] = swapped ? [partner.value, sample.value] : [sample.value, partner.value];
    const value = compute(op, a, b);
    const filters = COMPARISONS.includes(op) && !bool;
    if (filters && value !== 1) return [];
    const labels = resultLabels(sample.labels, partner.labels, matching, bool || DROPS_NAME.includes(op));
    const results = seen.get(key) ?? new Set();
    seen.set(key, results);
    if (matching.group === undefined && results.size > 0)
      throw new ExecutionError(
        "multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)",
      );
    if (results.has(signature(labels)))
      throw new ExecutionError("multiple matches for labels: grouping labels must ensure unique matches");
    results.add(signature(labels));
    return [{ labels, value: filters ? a : value }];
  });
}

function resultLabels(many: Labels, one: Labels, matching: Matching, dropsName: boolean): Labels {
  const base = dropsName ? nameless(many) : many;
  if (matching.group === undefined) return matching.on ? only(base, matching.labels) : without(base, matching.labels);
  return matching.include.reduce((labels, name) => withLabel(labels, name, one[name] ?? ""), base);
}

function tooMany({ on, labels }: Matching, side: string, [first, second]: (Sample | undefined)[]): ExecutionError {
  const written = (all: Labels = {}): string =>
    `{${sorted(all)
      .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
      .join(", ")}}`;
  const group = first && (on ? only(first.labels, labels) : without(first.labels, [...labels, NAME]));
  return new ExecutionError(
    `found duplicate series for the match group ${written(group)} on the ${side} hand-side of the operation: [${written(second?.labels)}, ${written(first?.labels)}];many-to-many matching not allowed: matching labels must be unique on one side`,
  );
}
