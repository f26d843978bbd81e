import { z } from "zod";

/**
 * Who owns which field of an object, from its `metadata.managedFields`
 * (https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management). Paths are spelled as the API server
 * spells them in conflicts: `.spec.template.spec.containers[name="shop"].image`.
 */
export type Owner = {
  manager: string;
  operation: "Apply" | "Update";
  subresource: string | null;
  /** When it last changed anything of this object, ISO. */
  at: string | null;
  /** Fields, without the containers around them. */
  fields: ReadonlySet<string>;
};

/** The manager under which Kepler applies. */
export const KEPLER = "kepler";
/** Kepler's too: holds the number of pods between Kepler, which lets go of it, and the autoscaler, which has not taken it yet. */
export const HAND_OVER = "kepler-hand-over";
const isKepler = (manager: string): boolean => manager === KEPLER || manager === HAND_OVER;
/** Kubernetes' own control loops: what they write is nobody's change by hand. */
const CONTROLLERS = "kube-controller-manager";

const entry = z.object({
  manager: z.string().default(""),
  operation: z.enum(["Apply", "Update"]),
  subresource: z.string().optional(),
  time: z.string().optional(),
  fieldsV1: z.unknown(),
});
const managed = z.object({ metadata: z.object({ managedFields: z.array(z.unknown()).default([]) }) });

/** Owners of an object's fields; empty for one that says nothing about it. */
export function ownersOf(object: unknown): Owner[] {
  const entries = managed.safeParse(object).data?.metadata.managedFields ?? [];
  return entries.flatMap((each) => {
    const parsed = entry.safeParse(each);
    if (!parsed.success) return [];
    const { manager, operation, subresource, time, fieldsV1 } = parsed.data;
    const at = time === undefined ? null : new Date(time).toISOString();
    return [{ manager, operation, subresource: subresource ?? null, at, fields: new Set(leaves(fieldsV1, "")) }];
  });
}

/** FieldsV1 (sigs.k8s.io/structured-merge-diff): `f:name`, `k:{"key":"…"}` for an item of a list, `v:…` for a member of a set. */
function leaves(tree: unknown, prefix: string): string[] {
  if (!isRecord(tree)) return [];
  return Object.entries(tree).flatMap(([step, below]) => {
    if (step === ".") return [];
    const path = `${prefix}${stepText(step)}`;
    const deeper = leaves(below, path);
    return deeper.length > 0 ? deeper : [path];
  });
}

function stepText(step: string): string {
  const text = step.slice(2);
  if (step.startsWith("v:")) return `[=${text}]`;
  if (!step.startsWith("k:")) return `.${text}`;
  const key: unknown = JSON.parse(text);
  const parts = Object.entries(isRecord(key) ? key : {}).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return `[${parts.join(",")}]`;
}

/** Whoever but Kepler changed a field last, and when; null when nobody else owns it. */
export function strangerAt(owners: readonly Owner[], field: string): Owner | null {
  const others = owners.filter(({ manager, fields }) => !isKepler(manager) && fields.has(field));
  return others.sort((a, b) => ((a.at ?? "") < (b.at ?? "") ? 1 : -1))[0] ?? null;
}

/** Kubernetes itself, keeping what an autoscaler wants. */
export const isController = ({ manager }: Pick<Owner, "manager">): boolean => manager === CONTROLLERS;

const ITEM = /^\[((?:[^"\]]|"(?:[^"\\]|\\.)*")*)\]/;
const KEYS = /([^=,]*)=("(?:[^"\\]|\\.)*"|[^,]*)/g;

/** What stands at a path; undefined where nothing does. Names with dots (labels) are found by looking which there are. */
export function valueAt(value: unknown, path: string): unknown {
  if (path === "") return value;
  const item = ITEM.exec(path);
  if (item) return valueAt(itemOf(value, item[1] ?? ""), path.slice(item[0].length));
  if (!isRecord(value)) return undefined;
  const rest = path.slice(1);
  const [name] = Object.keys(value)
    .filter((key) => rest === key || rest.startsWith(`${key}.`) || rest.startsWith(`${key}[`))
    .sort((a, b) => b.length - a.length);
  return name === undefined ? undefined : valueAt(value[name], rest.slice(name.length));
}

function itemOf(list: unknown, keys: string): unknown {
  if (!Array.isArray(list)) return undefined;
  const wanted = [...keys.matchAll(KEYS)].map(([, name = "", value = ""]) => [name, value] as const);
  return list.find((item) =>
    wanted.every(([name, value]) => JSON.stringify(name === "" ? item : isRecord(item) && item[name]) === value),
  );
}

/**
 * The fields in which two states of an object differ, of those that `owner` owns in the second. A list item that one side
 * does not have is one difference, not one for each field in it.
 */
export function differences(before: unknown, after: unknown, owner: Pick<Owner, "fields">): string[] {
  const differing = [...owner.fields].filter((field) => !same(valueAt(before, field), valueAt(after, field)));
  return [...new Set(differing.map((field) => missingItem(before, field) ?? field))];
}

/** The outermost list item on the way to a field that the object does not have. */
function missingItem(object: unknown, field: string): string | null {
  for (const end of field.matchAll(/\](?=\.|$)/g)) {
    const path = field.slice(0, end.index + 1);
    if (valueAt(object, path) === undefined) return path;
  }
  return null;
}

/** Equal as JSON, whatever the order of keys. */
export function same(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((each, i) => same(each, b[i]));
  if (!isRecord(a) || !isRecord(b)) return a === b;
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].every((name) => same(a[name], b[name]));
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
