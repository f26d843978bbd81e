import protobuf from "protobufjs/light.js";
import { isObject, type Json, type JsonObject } from "../../json.ts";
import { type OpenApi, TYPES, typeNameOf } from "../../kinds/facts.ts";
import { badRequest } from "../status.ts";
import { messagesIn } from "./messages.ts";

/*
 * kubectl and client-go send the objects whose Go type they know as protobuf, and do not fall back to JSON when they are
 * refused. https://kubernetes.io/docs/reference/using-api/api-concepts/#protobuf-encoding
 */
const MAGIC = Buffer.from("k8s\0");
const UNKNOWN = "k8s.io.apimachinery.pkg.runtime.Unknown";

let messages: protobuf.Root | undefined;
const typeOf = (name: string): protobuf.Type | undefined => {
  const found = (messages ??= messagesIn("messages.json")).lookup(name);
  return found instanceof protobuf.Type ? found : undefined;
};

/** An object in Kubernetes' protobuf envelope, as the JSON that it stands for. */
export function decodeProtobuf(bytes: Buffer): JsonObject {
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC))
    throw badRequest("provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]");
  try {
    const envelope = plain(UNKNOWN, bytes.subarray(MAGIC.length));
    const { typeMeta, raw } = envelope;
    const { apiVersion, kind } = isObject(typeMeta) ? typeMeta : {};
    const [version = "", group = ""] = String(apiVersion).split("/").reverse();
    const name = typeNameOf(group, version, String(kind)) ?? `io.k8s.apimachinery.pkg.apis.meta.v1.${String(kind)}`;
    const object = plain(name.replace(/^io\.k8s\./, "k8s.io."), Buffer.from(String(raw ?? ""), "base64"));
    return { apiVersion, kind, ...object };
  } catch (error) {
    throw badRequest(`unable to decode protobuf: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function plain(name: string, bytes: Uint8Array): JsonObject {
  const type = typeOf(name);
  if (type === undefined) throw new Error(`no kind ${name} is known`);
  const value = jsonOf(type, type.decode(bytes));
  return isObject(value) ? value : {};
}

// Types that Go writes into JSON in a way of their own.
const META = "k8s.io.apimachinery.pkg.apis.meta.v1";
const SPECIAL: Record<string, (fields: Record<string, unknown>) => Json | undefined> = {
  "k8s.io.apimachinery.pkg.api.resource.Quantity": ({ string }) => String(string),
  "k8s.io.apimachinery.pkg.util.intstr.IntOrString": ({ type, intVal, strVal }) =>
    numberOf(type) === 0 ? numberOf(intVal) : String(strVal),
  [`${META}.Time`]: timeOf,
  [`${META}.MicroTime`]: timeOf,
  [`${META}.FieldsV1`]: ({ Raw }) => embedded(Raw),
  "k8s.io.apimachinery.pkg.runtime.RawExtension": ({ raw }) => embedded(raw),
};

/** A number, or one of 64 bits as the library holds it. */
const numberOf = (value: unknown): number => Number(String(value));
const embedded = (bytes: unknown): Json => JSON.parse(Buffer.from(bytes as Uint8Array).toString("utf8")) as Json;
function timeOf({ seconds, nanos }: Record<string, unknown>): Json | undefined {
  const milliseconds = numberOf(seconds) * 1000 + Math.floor(numberOf(nanos) / 1e6);
  // The zero of Go's time is year one, which nobody means.
  return milliseconds <= 0 ? undefined : new Date(milliseconds).toISOString().replace(/\.000Z$/, "Z");
}

function jsonOf(type: protobuf.Type, message: protobuf.Message): Json | undefined {
  const name = type.fullName.slice(1);
  const given = message as unknown as Record<string, unknown>;
  const special = SPECIAL[name];
  if (special !== undefined) return special(given);
  const { properties } = TYPES.get(name.replace(/^k8s\.io\./, "io.k8s.")) ?? ({} as OpenApi);
  const object: JsonObject = {};
  for (const field of type.fieldsArray) {
    if (!Object.hasOwn(given, field.name)) continue;
    const value = fieldOf(field, given[field.name]);
    if (value === undefined || (isPlain(field) && isZero(value))) continue;
    // A struct that Go embeds has no name in JSON: its fields stand in its place.
    if (properties !== undefined && properties[field.name] === undefined && isObject(value))
      Object.assign(object, value);
    else object[field.name] = value;
  }
  return object;
}

const isPlain = (field: protobuf.Field): boolean => field.options?.plain === true;
const isZero = (value: Json): boolean => value === "" || value === 0 || value === false;

function fieldOf(field: protobuf.Field, value: unknown): Json | undefined {
  const one = (item: unknown): Json | undefined => {
    if (field.resolvedType instanceof protobuf.Type) return jsonOf(field.resolvedType, item as protobuf.Message);
    if (field.type === "bytes") return Buffer.from(item as Uint8Array).toString("base64");
    return typeof item === "string" || typeof item === "boolean" ? item : numberOf(item);
  };
  if (field instanceof protobuf.MapField)
    return Object.fromEntries(Object.entries(value as Record<string, unknown>).map(([key, item]) => [key, one(item)]));
  if (!field.repeated) return one(value);
  return (value as unknown[]).map(one).filter((item) => item !== undefined);
}
