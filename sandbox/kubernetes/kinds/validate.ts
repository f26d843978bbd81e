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

/** `goPath` is what Go calls the place: fields only, no index and no key of a map. */
export type Wrong = { path: string; goPath: string; value: Json; schema: Schema; struct: string };
export type Shape = { wrong: Wrong[]; unknown: string[] };

const QUANTITY_SHAPE = "^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$";
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;
const LIMITS: Record<string, number> = { int32: 2 ** 31, int64: 2 ** 63 };

function fits(schema: Schema, value: Json): boolean {
  switch (schema.type) {
    case "string":
      return typeof value === "string"
        ? fitsFormat(schema.format, value)
        : schema.format === "quantity" && typeof value === "number";
    case "integer":
      return Number.isInteger(value) && Math.abs(Number(value)) < (LIMITS[schema.format ?? "int64"] ?? 2 ** 63);
    case "number":
      return typeof value === "number";
    case "boolean":
      return typeof value === "boolean";
    case "int-or-string":
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

function fitsFormat(format: Extract<Schema, { type: "string" }>["format"], value: string): boolean {
  switch (format) {
    case "byte":
      return BASE64.test(value.replace(/[\r\n]/g, ""));
    case "date-time":
      return TIME.test(value) && !Number.isNaN(Date.parse(value));
    case "quantity":
      return parseQuantity(value) !== undefined;
    case undefined:
      return true;
  }
}

/** What decoding would say: values of the wrong type and fields that the schema does not know. */
export function checkShape(schema: Schema, value: Json | undefined): Shape {
  const found: Shape = { wrong: [], unknown: [] };
  const visit = (of: Schema, at: Json | undefined, path: string, goPath: string, struct: string): void => {
    if (at === undefined || at === null) return;
    if (!fits(of, at)) found.wrong.push({ path, goPath, value: at, schema: of, struct });
    else if (of.type === "object" && isObject(at)) {
      for (const [key, child] of Object.entries(at)) {
        const field = fieldOf(of, key);
        if (field !== undefined) visit(field, child, join(path, key), join(goPath, key), of.name);
        else if (of.keepsUnknown !== true) found.unknown.push(join(path, key));
      }
    } else if (of.type === "map" && isObject(at)) {
      for (const [key, child] of Object.entries(at)) visit(of.values, child, join(path, key), goPath, struct);
    } else if (of.type === "list" && Array.isArray(at)) {
      at.forEach((child, index) => visit(of.items, child, item(path, index), goPath, struct));
    }
  };
  visit(schema, value, "", "", "");
  return found;
}

// Not every key of an object that came over the wire is a field: "constructor" is not.
const fieldOf = (schema: ObjectSchema, key: string): Schema | undefined =>
  Object.hasOwn(schema.fields, key) ? schema.fields[key] : undefined;

const jsonType = (value: Json): string => (Array.isArray(value) ? "array" : value === null ? "null" : typeof value);

function goType(schema: Schema): string {
  switch (schema.type) {
    case "string":
      return schema.format === "quantity" ? "resource.Quantity" : "string";
    case "integer":
      return schema.format ?? "int64";
    case "number":
      return "float64";
    case "boolean":
      return "bool";
    case "int-or-string":
      return "intstr.IntOrString";
    case "object":
      return schema.name;
    case "map":
      return `map[string]${goType(schema.values)}`;
    case "list":
      return `[]${goType(schema.items)}`;
    case "any":
      return "interface {}";
  }
}

/** The sentence of Go's JSON decoder. */
export function decodingError({ goPath, value, schema, struct }: Wrong): string {
  if (schema.type === "string" && typeof value === "string") {
    if (schema.format === "byte")
      return `illegal base64 data at input byte ${Math.max(0, value.search(/[^A-Za-z0-9+/=]/))}`;
    if (schema.format === "quantity") return `quantities must match the regular expression '${QUANTITY_SHAPE}'`;
    return `parsing time ${JSON.stringify(value)} as "2006-01-02T15:04:05Z07:00": cannot parse ${JSON.stringify(value)} as "2006"`;
  }
  const got =
    schema.type === "integer" && typeof value === "number"
      ? `number ${value}`
      : jsonType(value).replace("boolean", "bool");
  return `json: cannot unmarshal ${got} into Go struct field ${struct}.${goPath} of type ${goType(schema)}`;
}

/** The same for a custom resource, whose definition is checked only after decoding. */
export function typeCause({ path, value, schema }: Wrong): Cause {
  const wanted =
    { list: "array", map: "object", "int-or-string": "integer,string", any: "any" }[String(schema.type)] ?? schema.type;
  const got = JSON.stringify(jsonType(value));
  return {
    reason: "FieldValueTypeInvalid",
    field: path,
    message: `Invalid value: ${got}: ${path} in body must be of type ${wanted}: ${got}`,
  };
}

/** Drops nulls and unknown fields and writes the defaults and canonical quantities into `value` itself. */
export function fillDefaults(schema: Schema, value: Json): Json {
  if (
    schema.type === "string" &&
    schema.format === "quantity" &&
    (typeof value === "string" || typeof value === "number")
  )
    return canonicalQuantity(value);
  if (schema.type === "list" && Array.isArray(value))
    return value.map((child) => fillDefaults(schema.items, child ?? emptyOf(schema.items)));
  if (schema.type === "map" && isObject(value)) {
    for (const [key, child] of Object.entries(value))
      value[key] = fillDefaults(schema.values, child ?? emptyOf(schema.values));
  }
  if (schema.type === "object" && isObject(value)) fillObject(schema, value);
  return value;
}

function fillObject(schema: ObjectSchema, value: JsonObject): void {
  for (const key of Object.keys(value)) {
    const field = fieldOf(schema, key);
    const isDropped =
      field === undefined ? schema.keepsUnknown !== true : value[key] == null && field.nullable !== true;
    if (isDropped) delete value[key];
  }
  schema.complete?.(value);
  for (const [key, field] of Object.entries(schema.fields)) {
    const fallback = field.default ?? field.zero;
    const present = value[key] ?? (fallback === undefined ? undefined : structuredClone(fallback));
    if (present === undefined) continue;
    if (schema.omitsEmpty === true && field.required !== true && isEmptyCollection(field, present)) delete value[key];
    else value[key] = fillDefaults(field, present);
  }
}

/** What Go makes of a null in a list or a map. */
function emptyOf(schema: Schema): Json {
  switch (schema.type) {
    case "string":
      return schema.format === "quantity" ? "0" : "";
    case "integer":
    case "number":
    case "int-or-string":
      return 0;
    case "boolean":
      return false;
    case "object":
    case "map":
      return {};
    case "list":
      return [];
    case "any":
      return null;
  }
}

const isEmptyCollection = (field: Schema, value: Json): boolean =>
  (field.type === "list" || field.type === "map") &&
  (Array.isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0);

/** An object of which nobody has said anything, as Go writes it: what no writer owns. */
export function zeroOf(schema: Schema): Json {
  if (schema.type !== "object") return schema.zero ?? null;
  const written = Object.entries(schema.fields).filter(
    ([, field]) => field.zero !== undefined || (field.required === true && field.type === "list"),
  );
  return Object.fromEntries(written.map(([key, field]) => [key, zeroOf(field)]));
}

/** Every reason for which the API would answer 422, with its field path. */
export function validate(schema: Schema, value: Json | undefined, path = ""): Cause[] {
  if (value === undefined || value === null) return [];
  switch (schema.type) {
    case "string":
      return validateText(schema, String(value), path);
    case "integer":
    case "number":
      return validateNumber(schema, Number(value), path);
    case "object":
      return isObject(value) ? validateObject(schema, value, path) : [];
    case "map":
      return isObject(value)
        ? [
            ...(schema.check?.(value, path) ?? []),
            ...Object.entries(value).flatMap(([key, child]) => {
              const why = schema.checkKey?.(key, path);
              return [
                ...(why === undefined ? [] : [invalid(`${path}[${key}]`, key, why)]),
                ...validate(schema.values, child, `${path}[${key}]`),
              ];
            }),
          ]
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
  if (value === "" && schema.required === true && schema.mayBeEmpty !== true) return [missing(path)];
  // An optional field that is empty is one that is not given.
  if (value === "" && schema.required !== true && schema.check === undefined) return [];
  if (schema.enum !== undefined && !schema.enum.includes(value)) return [unsupported(path, value, schema.enum)];
  const why = schema.check?.(value, path);
  return why === undefined ? [] : [invalid(path, value, why)];
}

function validateNumber(schema: Extract<Schema, { type: "integer" | "number" }>, value: number, path: string): Cause[] {
  const { min, max } = schema;
  if (min !== undefined && max !== undefined && (value < min || value > max))
    return [invalid(path, value, `must be between ${min} and ${max}, inclusive`)];
  if (min !== undefined && value < min)
    return [invalid(path, value, min === 1 ? "must be greater than 0" : `must be greater than or equal to ${min}`)];
  const why = schema.check?.(value, path);
  return why === undefined ? [] : [invalid(path, value, why)];
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
  const causes: Cause[] = schema.check?.(values, path) ?? [];
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
