import { isObject, type Json, type JsonObject } from "../json.ts";
import { canonicalQuantity, parseQuantity } from "./quantity.ts";
import {
  type Cause,
  duplicate,
  invalid,
  type ListSchema,
  missing,
  type ObjectSchema,
  type Schema,
  unsupported,
} from "./schema.ts";

const join = (path: string, key: string): string => (path === "" ? key : `${path}.${key}`);
const item = (path: string, index: number): string => `${path}[${index}]`;

export type Shape = { wrongType: string[]; unknown: string[] };

const TYPE_NAMES: Record<Schema["type"], string> = {
  string: "string",
  integer: "int32",
  boolean: "bool",
  "int-or-string": "intstr.IntOrString",
  quantity: "resource.Quantity",
  object: "struct",
  map: "map",
  list: "slice",
  any: "any",
};

function fits(schema: Schema, value: Json): boolean {
  switch (schema.type) {
    case "string":
      return typeof value === "string";
    case "integer":
      return typeof value === "number";
    case "boolean":
      return typeof value === "boolean";
    case "int-or-string":
    case "quantity":
      return typeof value === "number" || typeof value === "string";
    case "object":
    case "map":
      return isObject(value);
    case "list":
      return Array.isArray(value);
    case "any":
      return true;
  }
}

/** What decoding would say: fields of the wrong type (HTTP 400) and fields that the schema does not know. */
export function checkShape(
  schema: Schema,
  value: Json | undefined,
  path = "",
  found: Shape = { wrongType: [], unknown: [] },
): Shape {
  if (value === undefined || value === null) return found;
  if (!fits(schema, value)) {
    const got = Array.isArray(value) ? "array" : typeof value;
    found.wrongType.push(`cannot unmarshal ${got} into Go struct field ${path} of type ${TYPE_NAMES[schema.type]}`);
  } else if (schema.type === "object" && isObject(value)) {
    for (const [key, child] of Object.entries(value)) {
      const field = schema.fields[key];
      if (field === undefined) found.unknown.push(join(path, key));
      else checkShape(field, child, join(path, key), found);
    }
  } else if (schema.type === "map" && isObject(value)) {
    for (const [key, child] of Object.entries(value)) checkShape(schema.values, child, join(path, key), found);
  } else if (schema.type === "list" && Array.isArray(value)) {
    value.forEach((child, index) => checkShape(schema.items, child, item(path, index), found));
  }
  return found;
}

/** Drops nulls and unknown fields and writes the defaults and canonical quantities into `value` itself. */
export function fillDefaults(schema: Schema, value: Json): Json {
  if (schema.type === "quantity" && (typeof value === "string" || typeof value === "number"))
    return canonicalQuantity(value);
  if (schema.type === "list" && Array.isArray(value)) return value.map((child) => fillDefaults(schema.items, child));
  if (schema.type === "map" && isObject(value)) {
    for (const [key, child] of Object.entries(value))
      if (child != null) value[key] = fillDefaults(schema.values, child);
  }
  if (schema.type === "object" && isObject(value)) fillObject(schema, value);
  return value;
}

function fillObject(schema: ObjectSchema, value: JsonObject): void {
  for (const key of Object.keys(value)) if (value[key] == null || schema.fields[key] === undefined) delete value[key];
  schema.complete?.(value);
  for (const [key, field] of Object.entries(schema.fields)) {
    const present = value[key] ?? (field.default === undefined ? undefined : structuredClone(field.default));
    if (present !== undefined) value[key] = fillDefaults(field, present);
  }
}

/** Every reason for which the API would answer 422, with its field path. */
export function validate(schema: Schema, value: Json | undefined, path = ""): Cause[] {
  if (value === undefined || value === null) return [];
  switch (schema.type) {
    case "string":
      return validateText(schema, String(value), path);
    case "integer":
      return validateInteger(schema, Number(value), path);
    case "quantity":
      return parseQuantity(String(value)) === undefined
        ? [
            invalid(
              path,
              value,
              "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
            ),
          ]
        : [];
    case "object":
      return isObject(value) ? validateObject(schema, value, path) : [];
    case "map":
      return isObject(value)
        ? Object.entries(value).flatMap(([key, child]) => {
            const why = schema.checkKey?.(key);
            return [
              ...(why === undefined ? [] : [invalid(path, key, why)]),
              ...validate(schema.values, child, `${path}[${key}]`),
            ];
          })
        : [];
    case "list":
      return Array.isArray(value) ? validateList(schema, value, path) : [];
    case "boolean":
    case "int-or-string":
    case "any":
      return [];
  }
}

function validateText(schema: Extract<Schema, { type: "string" }>, value: string, path: string): Cause[] {
  if (schema.required === true && value === "") return [missing(path)];
  if (schema.enum !== undefined && !schema.enum.includes(value)) return [unsupported(path, value, schema.enum)];
  const why = schema.check?.(value);
  return why === undefined ? [] : [invalid(path, value, why)];
}

function validateInteger(schema: Extract<Schema, { type: "integer" }>, value: number, path: string): Cause[] {
  if (!Number.isInteger(value)) return [invalid(path, value, "must be an integer")];
  if (schema.min !== undefined && schema.max !== undefined && (value < schema.min || value > schema.max))
    return [invalid(path, value, `must be between ${schema.min} and ${schema.max}, inclusive`)];
  if (schema.min !== undefined && value < schema.min)
    return [invalid(path, value, `must be greater than or equal to ${schema.min}`)];
  return [];
}

function validateObject(schema: ObjectSchema, value: JsonObject, path: string): Cause[] {
  const causes: Cause[] = [];
  for (const [key, field] of Object.entries(schema.fields)) {
    if (field.required === true && value[key] == null) causes.push(missing(join(path, key)));
    else causes.push(...validate(field, value[key], join(path, key)));
  }
  if (schema.check !== undefined) causes.push(...schema.check(value, path));
  return causes;
}

function validateList(schema: ListSchema, values: Json[], path: string): Cause[] {
  const causes: Cause[] = [];
  if (values.length < (schema.minItems ?? 0)) causes.push(missing(path));
  const seen = new Set<string>();
  values.forEach((value, index) => {
    const identity =
      schema.list === "map" && isObject(value) ? (schema.keys ?? []).map((key) => value[key] ?? null) : undefined;
    const known =
      identity === undefined ? (schema.list === "set" ? JSON.stringify(value) : undefined) : JSON.stringify(identity);
    if (known !== undefined && seen.has(known)) {
      const [key] = schema.keys ?? [];
      causes.push(
        key === undefined
          ? duplicate(item(path, index), value)
          : duplicate(join(item(path, index), key), identity?.[0] ?? null),
      );
    }
    if (known !== undefined) seen.add(known);
    causes.push(...validate(schema.items, value, item(path, index)));
  });
  return causes;
}
