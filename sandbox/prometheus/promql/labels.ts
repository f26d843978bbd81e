import { type Labels } from "../metrics.ts";

export const NAME = "__name__";

export const without = (labels: Labels, names: readonly string[]): Labels =>
  Object.fromEntries(Object.entries(labels).filter(([name]) => !names.includes(name)));

export const only = (labels: Labels, names: readonly string[]): Labels =>
  Object.fromEntries(Object.entries(labels).filter(([name]) => names.includes(name)));

const namelessOf = new WeakMap<Labels, Labels>();
/** Without the metric's name: the same object for the same labels, since it is asked for at every step. */
export function nameless(labels: Labels): Labels {
  const found = namelessOf.get(labels) ?? without(labels, [NAME]);
  namelessOf.set(labels, found);
  return found;
}

const signatures = new WeakMap<Labels, string>();
/** Equal for equal label sets, whatever their order. */
export function signature(labels: Labels): string {
  const found = signatures.get(labels) ?? JSON.stringify(sorted(labels));
  signatures.set(labels, found);
  return found;
}

/** In the order of the names, as Prometheus shows them. */
export const sorted = (labels: Labels): [string, string][] =>
  Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));

/** A label with an empty value is no label. */
export function withLabel(labels: Labels, name: string, value: string): Labels {
  return value === "" ? without(labels, [name]) : { ...labels, [name]: value };
}
