import { isObject, type Json, type JsonObject, same } from "../json.ts";
import { descend, type ListSchema, type Schema } from "../kinds/schema.ts";

/**
 * A set of fields, as `managedFields` spells them (FieldsV1): a tree whose steps are `f:name`, `k:{"key":"…"}` for an
 * item of a list-map and `v:…` for a member of a set; `.` says that the step itself, not only what is below, is owned.
 * Rules: sigs.k8s.io/structured-merge-diff.
 */
export type FieldSet = { [step: string]: FieldSet };

const OWN = ".";
export const isEmpty = (fields: FieldSet): boolean => Object.keys(fields).length === 0;

export const listKey = (schema: ListSchema, item: Json): string => {
  if (schema.list === "set" || !isObject(item)) return `v:${JSON.stringify(item)}`;
  const keys = (schema.keys ?? [])
    .map((key) => [key, item[key] ?? keyDefault(schema, key)])
    .filter(([, value]) => value !== undefined);
  return `k:${JSON.stringify(Object.fromEntries(keys))}`;
};

const keyDefault = (schema: ListSchema, key: string): Json | undefined => descend(schema.items, key)?.default;

/** The children of a value that are owned one by one; undefined when it is owned as a whole. */
export function children(
  schema: Schema | undefined,
  value: Json | undefined,
): [step: string, value: Json, schema: Schema | undefined][] | undefined {
  if (schema?.type === "any" || schema === undefined) return undefined;
  if ((schema.type === "object" || schema.type === "map") && isObject(value) && schema.atomic !== true)
    return Object.entries(value)
      .flatMap(([key, child]) => (child === undefined ? [] : [[`f:${key}`, child, descend(schema, key)] as const]))
      .map((each) => [...each]);
  if (schema.type === "list" && schema.list !== "atomic" && Array.isArray(value))
    return value.map((item) => [listKey(schema, item), item, schema.list === "set" ? undefined : schema.items]);
  return undefined;
}

/** Everything in `value`. `own` also counts the containers themselves: an Update owns them, an Apply only list items and map entries. */
export function fieldsOf(schema: Schema | undefined, value: Json, own: boolean): FieldSet {
  const parts = children(schema, value);
  if (parts === undefined || parts.length === 0) return {};
  const fields: FieldSet = {};
  for (const [step, child, childSchema] of parts) {
    const below = fieldsOf(childSchema, child, own);
    const itself = own || schema?.type === "list" || schema?.type === "map";
    fields[step] = itself && !isEmpty(below) ? { [OWN]: {}, ...below } : below;
  }
  return fields;
}

/** The fields of `after` that are new or different from `before`, and those that are gone. */
export function compare(
  schema: Schema | undefined,
  before: Json,
  after: Json,
): { changed: FieldSet; removed: FieldSet } {
  const [old, now] = [children(schema, before) ?? [], children(schema, after) ?? []];
  const changed: FieldSet = {};
  const removed: FieldSet = {};
  const olds = new Map(old.map(([step, value]) => [step, value]));
  for (const [step, value, childSchema] of now) {
    const previous = olds.get(step);
    olds.delete(step);
    if (previous === undefined) {
      const below = fieldsOf(childSchema, value, true);
      changed[step] = isEmpty(below) ? {} : { [OWN]: {}, ...below };
    } else if (!same(previous, value)) {
      const wasNone = previous === null;
      if (children(childSchema, value) === undefined || (!wasNone && children(childSchema, previous) === undefined))
        changed[step] = {};
      else {
        const inner = compare(childSchema, previous, value);
        if (!isEmpty(inner.changed)) changed[step] = inner.changed;
        if (!isEmpty(inner.removed)) removed[step] = inner.removed;
      }
    }
  }
  for (const [step, value, childSchema] of old)
    if (olds.has(step)) removed[step] = { [OWN]: {}, ...fieldsOf(childSchema, value, true) };
  return { changed, removed };
}

export function union(a: FieldSet, b: FieldSet): FieldSet {
  const all: FieldSet = { ...a };
  for (const [step, below] of Object.entries(b)) {
    const mine = all[step];
    // A leaf `{}` owns the step itself; beside something deeper that has to be said with ".".
    if (mine === undefined) all[step] = below;
    else {
      const joined = union(mine, below);
      const leaf = step !== OWN && (isEmpty(mine) || isEmpty(below)) && !isEmpty(joined);
      all[step] = leaf ? { [OWN]: {}, ...joined } : joined;
    }
  }
  return all;
}

/** Is the step itself a member, not only what is below? */
export const ownsItself = (below: FieldSet): boolean => isEmpty(below) || below[OWN] !== undefined;

/** `a` without the members of `b`. */
export function difference(a: FieldSet, b: FieldSet): FieldSet {
  const rest: FieldSet = {};
  for (const [step, below] of Object.entries(a)) {
    if (step === OWN) continue;
    const other = b[step];
    if (other === undefined) rest[step] = below;
    else {
      const kept = difference(below, other);
      const itself = ownsItself(below) && !ownsItself(other);
      if (itself) rest[step] = isEmpty(kept) ? {} : { [OWN]: {}, ...kept };
      else if (!isEmpty(kept)) rest[step] = kept;
    }
  }
  return a[OWN] !== undefined && b[OWN] === undefined && !isEmpty(rest) ? { [OWN]: {}, ...rest } : rest;
}

/** Whoever names a part of a struct or map names the whole too (structured-merge-diff, EnsureNamedFieldsAreMembers). */
export function withContainers(fields: FieldSet): FieldSet {
  const entries = Object.entries(fields).map(([step, below]): [string, FieldSet] => {
    const itself: FieldSet = step.startsWith("f:") && !isEmpty(below) ? { [OWN]: {} } : {};
    return [step, { ...itself, ...withContainers(below) }];
  });
  return Object.fromEntries(entries);
}

export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  const shared: FieldSet = {};
  for (const [step, below] of Object.entries(a)) {
    const other = b[step];
    if (step === OWN || other === undefined) continue;
    const inner = intersection(below, other);
    const itself = ownsItself(below) && ownsItself(other);
    if (itself) shared[step] = isEmpty(inner) ? {} : { [OWN]: {}, ...inner };
    else if (!isEmpty(inner)) shared[step] = inner;
  }
  return shared;
}

/** The members as paths that people read: `.spec.template.spec.containers[name="app"].image`. */
export function paths(fields: FieldSet, prefix = ""): string[] {
  return Object.entries(fields).flatMap(([step, below]) => {
    if (step === OWN) return [];
    const path = `${prefix}${stepText(step)}`;
    return [...(ownsItself(below) ? [path] : []), ...paths(below, path)];
  });
}

function stepText(step: string): string {
  if (step.startsWith("f:")) return `.${step.slice(2)}`;
  if (step.startsWith("v:")) return `[=${step.slice(2)}]`;
  const key: unknown = JSON.parse(step.slice(2));
  const parts = isObject(key) ? Object.entries(key).map(([name, value]) => `${name}=${JSON.stringify(value)}`) : [];
  return `[${parts.join(",")}]`;
}

/** Reads FieldsV1 as it was stored. */
export function parseFields(value: JsonObject): FieldSet {
  return Object.fromEntries(
    Object.entries(value).map(([step, below]) => [step, isObject(below) ? parseFields(below) : {}]),
  );
}
