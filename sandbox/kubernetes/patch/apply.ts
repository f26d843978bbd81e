import { ApiError, type StatusCause } from "../api/status.ts";
import { clone, isObject, type Json, type JsonObject, same } from "../json.ts";
import { apiVersionOf, type Kind } from "../kinds/kind.ts";
import { descend, type Schema } from "../kinds/schema.ts";
import { fillDefaults } from "../kinds/validate.ts";
import { type KubeObject, type ManagedFieldsEntry } from "../objects.ts";
import {
  children,
  compare,
  difference,
  type FieldSet,
  fieldsOf,
  intersection,
  isEmpty,
  listKey,
  ownsItself,
  parseFields,
  paths,
  union,
  withContainers,
} from "./field-set.ts";
import { giveTo, ownable, setOf, takeFromOthers, type Writer } from "./managed-fields.ts";

export type Applied = { object: KubeObject; managedFields: ManagedFieldsEntry[] };

/**
 * Server-side apply (https://kubernetes.io/docs/reference/using-api/server-side-apply/): `wanted` is everything that
 * this manager has an opinion on. It is merged into the live object; what the manager applied before and no longer
 * names is removed unless someone else owns it; a field that another manager set to something else is a 409.
 */
export function apply(
  kind: Kind,
  live: KubeObject,
  wanted: KubeObject,
  writer: Writer,
  force: boolean,
  now: Date,
): Applied {
  const entries = live.metadata.managedFields ?? [];
  const opinion = ownable(wanted, kind, writer.subresource);
  const fields = fieldsOf(kind.schema, opinion, false);

  const merged = merge(kind.schema, ownable(live, kind, writer.subresource), opinion);
  const others = entries.filter(
    (entry) =>
      !(entry.manager === writer.manager && entry.operation === "Apply" && entry.subresource === writer.subresource),
  );
  const ownedByOthers = others.map((entry) => parseFields(entry.fieldsV1)).reduce(union, {});
  // A struct of which nobody names a part any more goes as a whole, defaults in it included.
  const renounced = difference(withContainers(setOf(entries, writer, "Apply")), withContainers(fields));
  const dropped = difference(renounced, withContainers(ownedByOthers));
  const pruned = remove(kind.schema, merged, dropped);

  // Defaults are written before comparing, or a short spelling ("1000m" for "1") would look like a change for ever.
  const object = reassemble(kind, live, pruned, writer.subresource);
  fillDefaults(kind.schema, object);
  const [was, is] = [ownable(live, kind, writer.subresource), ownable(object, kind, writer.subresource)];
  const { changed } = compare(kind.schema, was, is);
  const contested = intersection(changed, fields);
  if (!force) refuseConflicts(others, contested);
  const taken = takeFromOthers(entries, contested, writer, "Apply");
  const unchanged = same(setOf(entries, writer, "Apply"), fields);
  const managedFields = unchanged && isEmpty(contested) ? entries : giveTo(taken, fields, writer, "Apply", kind, now);
  return { object, managedFields };
}

function refuseConflicts(others: ManagedFieldsEntry[], contested: FieldSet): void {
  const causes = others.flatMap((entry): StatusCause[] => {
    const who = `${JSON.stringify(entry.manager)}${entry.subresource === undefined ? "" : ` with subresource ${JSON.stringify(entry.subresource)}`}`;
    const how = entry.operation === "Update" ? ` using ${entry.apiVersion}` : "";
    return paths(intersection(parseFields(entry.fieldsV1), contested)).map((field) => ({
      reason: "FieldManagerConflict",
      message: `conflict with ${who}${how}`,
      field,
    }));
  });
  if (causes.length === 0) return;
  const [first] = causes;
  const summary =
    causes.length === 1 && first !== undefined
      ? `Apply failed with 1 conflict: ${first.message}: ${first.field ?? ""}`
      : `Apply failed with ${causes.length} conflicts: ${[...new Set(causes.map((cause) => cause.message))]
          .map(
            (message) =>
              `${message.replace("conflict", "conflicts")}:\n${causes
                .filter((cause) => cause.message === message)
                .map((cause) => `- ${cause.field ?? ""}`)
                .join("\n")}`,
          )
          .join("\n")}`;
  throw new ApiError(409, "Conflict", summary, { causes });
}

/** `wanted` over `live`: structs and maps field by field, list-maps item by item, sets united, everything else replaced. */
function merge(schema: Schema | undefined, live: Json | undefined, wanted: Json): Json {
  if (isObject(wanted) && isObject(live) && children(schema, wanted) !== undefined) {
    const result: JsonObject = { ...live };
    for (const [key, value] of Object.entries(wanted))
      if (value !== undefined) result[key] = merge(descend(schema, key), live[key], value);
    return result;
  }
  if (schema?.type === "list" && schema.list !== "atomic" && Array.isArray(wanted) && Array.isArray(live)) {
    const rest = new Map(live.map((item) => [listKey(schema, item), item]));
    const first = wanted.map((item) => {
      const step = listKey(schema, item);
      const counterpart = rest.get(step);
      rest.delete(step);
      return merge(schema.items, counterpart, item);
    });
    return [...first, ...rest.values()];
  }
  return clone(wanted);
}

/** `value` without the given fields, whatever is below those that are themselves among them. */
function remove(schema: Schema | undefined, value: Json, fields: FieldSet): Json {
  const parts = children(schema, value);
  if (parts === undefined || isEmpty(fields)) return value;
  const kept = parts.flatMap(([step, child, childSchema]): [string, Json][] => {
    const below = fields[step];
    if (below === undefined) return [[step, child]];
    return ownsItself(below) ? [] : [[step, remove(childSchema, child, below)]];
  });
  return Array.isArray(value)
    ? kept.map(([, child]) => child)
    : Object.fromEntries(kept.map(([step, child]) => [step.slice(2), child]));
}

function reassemble(kind: Kind, live: KubeObject, pruned: Json, subresource: Writer["subresource"]): KubeObject {
  const sections = isObject(pruned) ? pruned : {};
  const { labels: _l, annotations: _a, finalizers: _f, ownerReferences: _o, ...identity } = live.metadata;
  const metadata = { ...identity, ...(isObject(sections.metadata) ? sections.metadata : {}) };
  const untouched = subresource === "status" ? live : { ...(kind.status ? { status: live.status } : {}) };
  return { ...untouched, ...sections, apiVersion: apiVersionOf(kind), kind: kind.kind, metadata };
}
