import { isDeepStrictEqual } from "node:util";

export type Json = string | number | boolean | null | Json[] | JsonObject;
export type JsonObject = { [key: string]: Json | undefined };

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The object under `key`, or an empty one: for reading optional sections. */
export const section = (value: Json | undefined, key: string): JsonObject => {
  const found = isObject(value) ? value[key] : undefined;
  return isObject(found) ? found : {};
};

/** The value at a path such as ["spec", "replicas"], or undefined. */
export function at(value: Json | undefined, path: readonly string[]): Json | undefined {
  let found = value;
  for (const key of path) found = isObject(found) ? found[key] : undefined;
  return found;
}

export const same = (a: unknown, b: unknown): boolean => isDeepStrictEqual(a, b);

/** A deep copy of JSON; several times as fast as structuredClone, which knows more. */
export function clone<T>(value: T): T {
  return copyOf(value) as T;
}

function copyOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyOf);
  if (typeof value !== "object" || value === null) return value;
  const copy: Record<string, unknown> = {};
  // Assigning this one would set the copy's prototype; no field or label is called so.
  for (const [key, each] of Object.entries(value)) if (key !== "__proto__") copy[key] = copyOf(each);
  return copy;
}

const bodies = new WeakMap<object, string>();

/**
 * The JSON of a stored object without its kind and apiVersion, made once: stored objects never change, and each is
 * written to the journal, to every watch and into every list.
 */
export function bodyText(object: { kind: string; apiVersion: string }): string {
  let text = bodies.get(object);
  if (text === undefined) {
    const { kind: _kind, apiVersion: _apiVersion, ...body } = object;
    bodies.set(object, (text = JSON.stringify(body)));
  }
  return text;
}

/** The JSON of a stored object. */
export const objectText = (object: { kind: string; apiVersion: string }): string =>
  `{"kind":${JSON.stringify(object.kind)},"apiVersion":${JSON.stringify(object.apiVersion)},${bodyText(object).slice(1)}`;
