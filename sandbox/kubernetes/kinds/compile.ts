import { isObject, type Json, type JsonObject } from "../json.ts";
import { bounds, combinations } from "./custom-checks.ts";
import { type OpenApi, referenced, TYPES } from "./facts.ts";
import { type Cause, type Check, type ListSchema, type ObjectSchema, type Schema } from "./schema.ts";

/** What no document says about a field: Go's defaulting and validation code. */
export type FieldRule = {
  default?: Json;
  required?: boolean;
  /** A required text that may be empty all the same. */
  mayBeEmpty?: boolean;
  enum?: readonly string[];
  check?: Check;
  checkKey?: Check;
  /** A check of a whole map. */
  checkAll?: (value: JsonObject, path: string) => Cause[];
  zero?: Json;
  nullable?: boolean;
  min?: number;
  max?: number;
  minItems?: number;
  /** The same for a list's items. */
  items?: FieldRule;
};
/** What no document says about a type. `complete` fills defaults that depend on neighbours. */
export type TypeRule = {
  fields?: Record<string, FieldRule>;
  complete?: (value: JsonObject) => void;
  check?: (value: JsonObject, path: string) => Cause[];
};
/** Rules by the end of a type's OpenAPI name: `core.v1.Container`. */
export type TypeRules = Readonly<Record<string, TypeRule>>;

const ANY: Schema = { type: "any" };
const QUANTITY = "io.k8s.apimachinery.pkg.api.resource.Quantity";

/** Makes the schemas of a set of types that refer to each other: each is compiled once. */
export class Compiler {
  readonly #rules: TypeRules;
  readonly #named = new Map<string, Schema>();

  constructor(rules: TypeRules) {
    this.#rules = rules;
  }

  /** A whole object's schema. */
  kind(name: string): ObjectSchema {
    const schema = this.#type(name);
    if (schema.type !== "object") throw new Error(`${name} is not an object`);
    return schema;
  }

  #type(name: string): Schema {
    const known = this.#named.get(name);
    if (known !== undefined) return known;
    // The schema of schemas is made of itself.
    if (name.endsWith(".JSONSchemaProps")) return ANY;
    const type = TYPES.get(name);
    if (type === undefined) throw new Error(`no facts about ${name}`);
    const short = name.replace(/^io\.k8s\.(api\.|apimachinery\.pkg\.(apis\.)?)?/, "");
    const schema = name === QUANTITY ? { type: "string" as const, format: "quantity" as const } : this.#of(type, short);
    this.#named.set(name, schema);
    return schema;
  }

  #of(type: OpenApi, name: string): Schema {
    const ref = type.$ref ?? (type.allOf?.length === 1 ? type.allOf[0]?.$ref : undefined);
    const schema = ref === undefined ? this.#plain(type, name) : { ...this.#type(referenced(ref)) };
    if (isZero(type.default)) schema.zero = type.default;
    else if (type.default !== undefined) schema.default = type.default;
    if (type.nullable === true) schema.nullable = true;
    return schema;
  }

  #plain(type: OpenApi, name: string): Schema {
    if (type["x-kubernetes-int-or-string"] === true || type.format === "int-or-string")
      return { type: "int-or-string" };
    switch (type.type) {
      case "string": {
        const format = type.format === "byte" || type.format === "date-time" ? type.format : undefined;
        return { type: "string", enum: type.enum, format, check: bounds.text(type) };
      }
      case "integer":
      case "number":
        return { type: type.type, format: type.format, check: bounds.number(type) };
      case "boolean":
        return { type: "boolean" };
      case "array":
        return this.#list(type, name);
      case "object":
        return this.#object(type, name);
      case undefined:
        return ANY;
    }
  }

  #list(type: OpenApi, name: string): ListSchema {
    const { zero: _zero, ...items } = this.#of(type.items ?? {}, name);
    const merged = type["x-kubernetes-patch-strategy"]?.includes("merge") === true;
    return {
      type: "list",
      items,
      list: type["x-kubernetes-list-type"] ?? "atomic",
      keys: type["x-kubernetes-list-map-keys"],
      patchKey: merged ? (type["x-kubernetes-patch-merge-key"] ?? null) : undefined,
      check: bounds.list(type),
    };
  }

  #object(type: OpenApi, name: string): Schema {
    const atomic = type["x-kubernetes-map-type"] === "atomic";
    if (type.properties === undefined) {
      if (typeof type.additionalProperties !== "object") return ANY;
      const { zero: _zero, ...values } = this.#of(type.additionalProperties, name);
      return { type: "map", values, atomic, check: bounds.map(type) };
    }
    const rule = this.#rules[name];
    const fields = Object.entries(type.properties).map(([key, property]) => {
      const field = this.#of(property, name.includes(".") ? `${name}.${key}` : name);
      return [key, withRule(withRequired(field, type.required?.includes(key) === true), rule?.fields?.[key])] as const;
    });
    return {
      type: "object",
      name: name.split(".").at(-1) ?? name,
      fields: Object.fromEntries(fields),
      keepsUnknown: type["x-kubernetes-preserve-unknown-fields"],
      omitsEmpty: !/^(io|com)\./.test(name),
      atomic,
      complete: rule?.complete,
      check: rule?.check ?? combinations(type, (part) => this.#of(part, name)),
    };
  }
}

const isStruct = (value: Json | undefined): boolean => isObject(value) && Object.keys(value).length === 0;
const isZero = (value: Json | undefined): boolean => value === "" || value === 0 || value === false || isStruct(value);

// A zero as default says of a struct and of a required field that Go always writes it; of an optional scalar nothing.
function withRequired(field: Schema, required: boolean): Schema {
  if (required) return { ...field, required: true };
  if (isStruct(field.zero)) return field;
  const { zero: _zero, ...rest } = field;
  return rest;
}

function withRule(field: Schema, rule: FieldRule | undefined): Schema {
  if (rule === undefined) return field;
  const { items, checkAll, ...changes } = rule;
  const changed = { ...field, ...changes } as Schema;
  if (changed.type === "list") return { ...changed, items: withRule(changed.items, items) };
  return changed.type === "map" && checkAll !== undefined ? { ...changed, check: checkAll } : changed;
}
