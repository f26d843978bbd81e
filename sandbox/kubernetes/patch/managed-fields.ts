import { isObject, type JsonObject } from "../json.ts";
import { apiVersionOf, type Kind } from "../kinds/kind.ts";
import { zeroOf } from "../kinds/validate.ts";
import { type KubeObject, type ManagedFieldsEntry } from "../objects.ts";
import { compare, difference, type FieldSet, isEmpty, parseFields, union } from "./field-set.ts";

export type Writer = { manager: string; subresource?: "status" | "scale" };

const SERVER_OWNED = [
  "managedFields",
  "creationTimestamp",
  "selfLink",
  "resourceVersion",
  "uid",
  "generation",
  "name",
  "namespace",
  "deletionTimestamp",
  "deletionGracePeriodSeconds",
];

/** The part of an object that managers can own: without its identity and what the server writes, and without the half that this write cannot reach. */
export function ownable(object: KubeObject, kind: Kind, subresource: Writer["subresource"]): JsonObject {
  const { apiVersion: _apiVersion, kind: _kind, metadata, ...sections } = object;
  const meta = Object.fromEntries(Object.entries(metadata).filter(([key]) => !SERVER_OWNED.includes(key)));
  const described = Object.keys(meta).length === 0 ? {} : { metadata: meta };
  if (subresource === "status") return { ...described, status: sections.status };
  const rest = Object.entries(sections).filter(([key]) => !(kind.status && key === "status"));
  return { ...described, ...Object.fromEntries(rest) };
}

const isFrom = (entry: ManagedFieldsEntry, writer: Writer, operation: ManagedFieldsEntry["operation"]): boolean =>
  entry.manager === writer.manager && entry.operation === operation && entry.subresource === writer.subresource;

export const setOf = (
  entries: ManagedFieldsEntry[],
  writer: Writer,
  operation: ManagedFieldsEntry["operation"],
): FieldSet => {
  const own = entries.find((entry) => isFrom(entry, writer, operation));
  return own === undefined ? {} : parseFields(own.fieldsV1);
};

/** Takes fields from everyone but one writer; entries that own nothing any more disappear. */
export function takeFromOthers(
  entries: ManagedFieldsEntry[],
  fields: FieldSet,
  writer: Writer,
  operation: ManagedFieldsEntry["operation"],
): ManagedFieldsEntry[] {
  return entries.flatMap((entry) => {
    if (isFrom(entry, writer, operation)) return [entry];
    const rest = difference(parseFields(entry.fieldsV1), fields);
    return isEmpty(rest) ? [] : [{ ...entry, fieldsV1: rest }];
  });
}

/** Gives a writer exactly these fields; the entry's time moves only when the set does. */
export function giveTo(
  entries: ManagedFieldsEntry[],
  fields: FieldSet,
  writer: Writer,
  operation: ManagedFieldsEntry["operation"],
  kind: Kind,
  now: Date,
): ManagedFieldsEntry[] {
  const others = entries.filter((entry) => !isFrom(entry, writer, operation));
  if (isEmpty(fields)) return others;
  const entry: ManagedFieldsEntry = {
    manager: writer.manager,
    operation,
    apiVersion: apiVersionOf(kind),
    time: now.toISOString().replace(/\.\d+Z$/, "Z"),
    fieldsType: "FieldsV1",
    fieldsV1: fields,
    ...(writer.subresource === undefined ? {} : { subresource: writer.subresource }),
  };
  return [...others, entry].sort(byAge);
}

// Applies first, then the older ones: so the API lists them.
function byAge(a: ManagedFieldsEntry, b: ManagedFieldsEntry): number {
  const rank = (one: ManagedFieldsEntry): string =>
    [one.operation, one.time ?? "", one.manager, one.subresource ?? ""].join("\n");
  return rank(a) < rank(b) ? -1 : 1;
}

/** After an ordinary write (not an apply): what changed belongs to the writer now, what is gone to nobody. */
export function recordUpdate(
  kind: Kind,
  before: KubeObject | undefined,
  after: KubeObject,
  writer: Writer,
  now: Date,
): ManagedFieldsEntry[] {
  const old = before === undefined ? untouched(kind) : ownable(before, kind, writer.subresource);
  const { changed, removed } = compare(kind.schema, old, ownable(after, kind, writer.subresource));
  const entries = before?.metadata.managedFields ?? [];
  if (isEmpty(changed) && isEmpty(removed)) return entries;
  const fields = difference(union(setOf(entries, writer, "Update"), changed), removed);
  const taken = takeFromOthers(entries, union(changed, removed), writer, "Update");
  return isEmpty(changed) && isEmpty(setOf(entries, writer, "Update"))
    ? taken
    : giveTo(taken, fields, writer, "Update", kind, now);
}

/** What every object of a kind has without anybody's doing. */
function untouched(kind: Kind): JsonObject {
  const zero = zeroOf(kind.schema);
  return isObject(zero) && kind.status ? { ...zero, status: undefined } : isObject(zero) ? zero : {};
}
