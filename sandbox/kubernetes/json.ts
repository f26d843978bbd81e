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
export const clone = <T>(value: T): T => structuredClone(value);
