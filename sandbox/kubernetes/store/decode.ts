import { badRequest, invalidObject } from "../api/status.ts";
import { clone, isObject, type JsonObject } from "../json.ts";
import { typeNameOf } from "../kinds/facts.ts";
import { apiVersionOf, type Kind } from "../kinds/kind.ts";
import { checkShape, decodingError, fillDefaults, typeCause, validate } from "../kinds/validate.ts";
import { type KubeObject } from "../objects.ts";

/** What becomes of fields that a kind does not know: dropped, dropped with a warning, or refused. */
export type Strictness = { fieldValidation?: "Ignore" | "Warn" | "Strict"; warn?: (sentence: string) => void };

/** A client's body as an object of this kind: types and unknown fields checked, defaults written. */
export function decode(
  kind: Kind,
  namespace: string | undefined,
  body: JsonObject,
  options: Strictness,
  complete = true,
): KubeObject {
  refuseOtherKind(kind, body);
  const shape = checkShape(kind.schema, body);
  const given = isObject(body.metadata) ? body.metadata : {};
  const [wrong] = shape.wrong;
  if (wrong !== undefined && kind.custom) {
    const mistyped = shape.wrong.map(typeCause);
    const others = validate(kind.schema, body).filter(({ field }) => !mistyped.some((cause) => cause.field === field));
    throw invalidObject(kind, textOf(given.name), [...mistyped, ...others]);
  }
  const unfit = (why: string) =>
    badRequest(`${kind.kind} in version "${kind.version}" cannot be handled as a ${kind.kind}: ${why}`);
  if (wrong !== undefined) throw unfit(decodingError(wrong));
  const unknown = shape.unknown.map((field) => `unknown field "${field}"`);
  if (unknown.length > 0 && options.fieldValidation === "Strict")
    throw unfit(`strict decoding error: ${unknown.join(", ")}`);
  if (options.fieldValidation !== "Ignore") unknown.forEach((sentence) => options.warn?.(sentence));

  const copy = clone(body);
  if (complete) fillDefaults(kind.schema, copy);
  if (given.namespace != null && given.namespace !== "" && given.namespace !== namespace)
    throw badRequest(`the namespace of the provided object does not match the namespace sent on the request`);
  // checkShape has just vouched for the types of what is there; the required strings are made sure of here.
  const metadata = {
    ...(isObject(copy.metadata) ? copy.metadata : {}),
    name: textOf(given.name),
    uid: textOf(given.uid),
    resourceVersion: textOf(given.resourceVersion),
    creationTimestamp: textOf(given.creationTimestamp),
  };
  if (namespace !== undefined) Object.assign(metadata, { namespace });
  return { ...copy, apiVersion: apiVersionOf(kind), kind: kind.kind, metadata: metadata as KubeObject["metadata"] };
}

/** A body that says it is something else. */
function refuseOtherKind(kind: Kind, { kind: name = kind.kind, apiVersion = apiVersionOf(kind) }: JsonObject): void {
  if (name === kind.kind && apiVersion === apiVersionOf(kind)) return;
  const [version = "", group = ""] = String(apiVersion).split("/").reverse();
  const isKnown = typeNameOf(group, version, String(name)) !== undefined;
  const why = isKnown
    ? `converting (${version}.${String(name)}) to (${kind.group === "" ? "core" : (kind.group.split(".")[0] ?? "")}.${kind.kind}): unknown conversion`
    : `no kind ${JSON.stringify(name)} is registered for version ${JSON.stringify(apiVersion)} in scheme "pkg/runtime/scheme.go:111"`;
  throw badRequest(`${String(name)} in version ${JSON.stringify(version)} cannot be handled as a ${kind.kind}: ${why}`);
}

export const textOf = (value: unknown): string => (typeof value === "string" ? value : "");
