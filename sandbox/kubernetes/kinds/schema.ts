import { type Json, type JsonObject } from "../json.ts";

// One small schema language for every kind. From one description follow: type errors (400), unknown
// fields, defaults, validation (422), how lists merge in strategic and apply patches, and OpenAPI.

export type Check = (value: string) => string | undefined;
export type Scalar = { required?: boolean; default?: Json };
export type Schema =
  | (Scalar & { type: "string"; enum?: readonly string[]; check?: Check })
  | (Scalar & { type: "integer"; min?: number; max?: number })
  | (Scalar & { type: "boolean" })
  | (Scalar & { type: "int-or-string" })
  | (Scalar & { type: "quantity" })
  | ObjectSchema
  | (Scalar & { type: "map"; values: Schema; atomic?: boolean; checkKey?: Check })
  | ListSchema
  | (Scalar & { type: "any" });

/** `complete` fills defaults that depend on neighbours; `check` returns causes that span several fields. */
export type ObjectSchema = Scalar & {
  type: "object";
  fields: Record<string, Schema>;
  atomic?: boolean;
  complete?: (value: JsonObject) => void;
  check?: (value: JsonObject, path: string) => Cause[];
};

/** `keys` name a list-map's identity for server-side apply; `patchKey` the (sometimes shorter) strategic-merge key. */
export type ListSchema = Scalar & {
  type: "list";
  items: Schema;
  list: "atomic" | "set" | "map";
  keys?: readonly string[];
  patchKey?: string;
  minItems?: number;
};

export type CauseReason =
  | "FieldValueRequired"
  | "FieldValueInvalid"
  | "FieldValueNotSupported"
  | "FieldValueDuplicate"
  | "FieldValueForbidden"
  | "FieldValueNotFound";
export type Cause = { reason: CauseReason; message: string; field: string };

type Rest<T extends Schema["type"]> = Omit<Extract<Schema, { type: T }>, "type">;
export const text = (rest: Rest<"string"> = {}): Schema => ({ type: "string", ...rest });
export const choice = (values: readonly string[], fallback?: string): Schema =>
  text({ enum: values, default: fallback });
export const integer = (rest: Rest<"integer"> = {}): Schema => ({ type: "integer", ...rest });
export const count = (fallback?: number): Schema => integer({ min: 0, default: fallback });
export const flag = (fallback?: boolean): Schema => ({ type: "boolean", default: fallback });
export const quantity = (): Schema => ({ type: "quantity" });
export const intOrString = (fallback?: number | string): Schema => ({ type: "int-or-string", default: fallback });
export const any = (): Schema => ({ type: "any" });
export const object = (
  fields: Record<string, Schema>,
  rest: Omit<ObjectSchema, "type" | "fields"> = {},
): ObjectSchema => ({
  type: "object",
  fields,
  ...rest,
});
export const map = (values: Schema, rest: Omit<Rest<"map">, "values"> = {}): Schema => ({
  type: "map",
  values,
  ...rest,
});
export const list = (items: Schema, rest: { minItems?: number } = {}): Schema => ({
  type: "list",
  items,
  list: "atomic",
  ...rest,
});
export const set = (items: Schema): Schema => ({ type: "list", items, list: "set" });
export const listMap = (
  keys: string | readonly string[],
  items: Schema,
  rest: { patchKey?: string; minItems?: number } = {},
): Schema => {
  const all = typeof keys === "string" ? [keys] : keys;
  return { type: "list", items, list: "map", keys: all, patchKey: rest.patchKey ?? all[0], ...rest };
};
export const must = <S extends Schema>(schema: S): S => ({ ...schema, required: true });

export const invalid = (field: string, value: Json | undefined, why: string): Cause => ({
  reason: "FieldValueInvalid",
  field,
  message: `Invalid value: ${JSON.stringify(value) ?? "null"}: ${why}`,
});
export const missing = (field: string, why = ""): Cause => ({
  reason: "FieldValueRequired",
  field,
  message: `Required value${why === "" ? "" : `: ${why}`}`,
});
export const unsupported = (field: string, value: Json | undefined, values: readonly string[]): Cause => ({
  reason: "FieldValueNotSupported",
  field,
  message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${values.map((v) => JSON.stringify(v)).join(", ")}`,
});
export const duplicate = (field: string, value: Json | undefined): Cause => ({
  reason: "FieldValueDuplicate",
  field,
  message: `Duplicate value: ${JSON.stringify(value)}`,
});
export const forbidden = (field: string, why: string): Cause => ({
  reason: "FieldValueForbidden",
  field,
  message: `Forbidden: ${why}`,
});

/** The schema of one step down: a field's, a map's value's or a list item's. */
export function descend(schema: Schema | undefined, key: string): Schema | undefined {
  if (schema?.type === "object") return schema.fields[key];
  if (schema?.type === "map") return schema.values;
  return undefined;
}
