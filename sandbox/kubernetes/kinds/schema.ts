import { type Json, type JsonObject } from "../json.ts";

/** A sentence about what is wrong with a value, or undefined; `path` is where it stands. */
export type Check<T = string> = (value: T, path: string) => string | undefined;
type Scalar = {
  required?: boolean;
  default?: Json;
  /** What Go writes for a field that nobody has set: a struct, or a scalar without `omitempty`. */
  zero?: Json;
  nullable?: boolean;
};

/**
 * A type as the store works with it. From one description follow: type errors, unknown fields, defaults, validation and
 * how lists merge in strategic and apply patches. compile.ts makes it from the facts and a kind's own rules.
 */
export type Schema =
  | (Scalar & {
      type: "string";
      enum?: readonly string[];
      check?: Check;
      format?: "byte" | "date-time" | "quantity";
      /** A required text that may be empty all the same. */
      mayBeEmpty?: boolean;
    })
  | (Scalar & { type: "integer" | "number"; format?: string; min?: number; max?: number; check?: Check<number> })
  | (Scalar & { type: "boolean" })
  | (Scalar & { type: "int-or-string" })
  | ObjectSchema
  | (Scalar & {
      type: "map";
      values: Schema;
      atomic?: boolean;
      checkKey?: Check;
      check?: (value: JsonObject, path: string) => Cause[];
    })
  | ListSchema
  | (Scalar & { type: "any" });

/** `complete` fills defaults that depend on neighbours; `check` returns causes that span several fields. */
export type ObjectSchema = Scalar & {
  type: "object";
  /** The Go type that a decoding error names. */
  name: string;
  fields: Record<string, Schema>;
  keepsUnknown?: boolean;
  /** Go leaves optional lists and maps out when they are empty. */
  omitsEmpty?: boolean;
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
  /** Strategic merge patches merge the list: by this key, or as a set of scalars when it is null. */
  patchKey?: string | null;
  minItems?: number;
  check?: (values: Json[], path: string) => Cause[];
};

export type CauseReason =
  | "FieldValueRequired"
  | "FieldValueInvalid"
  | "FieldValueNotSupported"
  | "FieldValueDuplicate"
  | "FieldValueForbidden"
  | "FieldValueNotFound"
  | "FieldValueTypeInvalid"
  | "FieldValueTooLong"
  | "FieldValueTooMany";
export type Cause = { reason: CauseReason; message: string; field: string };

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
