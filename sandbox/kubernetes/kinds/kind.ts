import { type Json, type JsonObject } from "../json.ts";
import { type KubeObject } from "../objects.ts";
import { labelValue, qualifiedName } from "./names.ts";
import {
  any,
  type Cause,
  type Check,
  count,
  flag,
  integer,
  list,
  listMap,
  map,
  must,
  type ObjectSchema,
  object,
  type Schema,
  set,
  text,
} from "./schema.ts";

/** A column of server-side printing; `wide` ones are for `-o wide` (priority 1). */
export type Column<T> = {
  name: string;
  wide?: boolean;
  type?: "string" | "integer";
  cell(object: T, now: Date): string | number;
};

/**
 * One row of the table of kinds: everything that the general mechanism (store, REST verbs, patches, printing)
 * needs to know about a kind. What a kind *does* is a controller's business.
 */
export type Kind<T extends KubeObject = KubeObject> = {
  group: string;
  version: string;
  kind: string;
  plural: string;
  shortNames?: readonly string[];
  categories?: readonly string[];
  namespaced: boolean;
  schema: ObjectSchema;
  nameRule: Check;
  status: boolean;
  scale?: boolean;
  /** Further subresources for discovery; their handlers are in api/. */
  subresources?: readonly { name: string; kind: string; group?: string; version?: string; verbs: readonly string[] }[];
  columns: readonly Column<T>[];
  /** Paths that field selectors may name, besides metadata.name and metadata.namespace. */
  fieldLabels?: readonly string[];
  /** Paths that never change after creation. */
  immutable?: readonly string[];
  /** Fields of the spec that the server fills in and a replacement need not repeat. */
  serverChosen?: readonly string[];
  /** Values that the server chooses at creation (a first status, a kind's own defaults from outside the object). */
  initialise?(object: T): void;
  validateUpdate?(object: T, old: T): Cause[];
};

/** "deployments.apps": how the API names a resource in messages. */
export const resourceName = (kind: Kind): string => (kind.group === "" ? kind.plural : `${kind.plural}.${kind.group}`);
export const apiVersionOf = (kind: Kind): string =>
  kind.group === "" ? kind.version : `${kind.group}/${kind.version}`;

const labels = () => map(text({ check: labelValue }), { checkKey: qualifiedName });
const annotations = () => map(text(), { checkKey: qualifiedName });

const ownerReference = object({
  apiVersion: must(text()),
  kind: must(text()),
  name: must(text()),
  uid: must(text()),
  controller: flag(),
  blockOwnerDeletion: flag(),
});

/** The metadata of every object, and of a pod template. */
export const objectMeta = object({
  name: text(),
  generateName: text(),
  namespace: text(),
  selfLink: text(),
  uid: text(),
  resourceVersion: text(),
  generation: integer(),
  creationTimestamp: text(),
  deletionTimestamp: text(),
  deletionGracePeriodSeconds: integer(),
  labels: labels(),
  annotations: annotations(),
  finalizers: set(text({ check: qualifiedName })),
  ownerReferences: listMap("uid", ownerReference),
  managedFields: list(any()),
});

export const labelSelector = (): Schema =>
  object(
    {
      matchLabels: labels(),
      matchExpressions: list(
        object({
          key: must(text({ check: qualifiedName })),
          operator: must(text({ enum: ["In", "NotIn", "Exists", "DoesNotExist"] })),
          values: list(text()),
        }),
      ),
    },
    { atomic: true },
  );

export const conditions = (extra: Record<string, Schema> = {}): Schema =>
  listMap(
    "type",
    object({
      type: must(text()),
      status: must(text()),
      reason: text(),
      message: text(),
      lastTransitionTime: text(),
      lastUpdateTime: text(),
      lastProbeTime: text(),
      observedGeneration: count(),
      ...extra,
    }),
  );

export const keyRef = (): Schema => object({ name: text(), key: must(text()), optional: flag() }, { atomic: true });
export const localRef = (): Schema => object({ name: text() }, { atomic: true });

/** A whole object's schema from its sections. */
export const kindSchema = (
  sections: Record<string, Schema>,
  rest: Pick<ObjectSchema, "check" | "complete"> = {},
): ObjectSchema => object({ apiVersion: text(), kind: text(), metadata: objectMeta, ...sections }, rest);

/** "3m12s" as `kubectl get` prints ages (k8s.io/apimachinery duration.HumanDuration). */
export function age(since: string | undefined, now: Date): string {
  if (since === undefined) return "<unknown>";
  const seconds = Math.max(0, Math.floor((now.getTime() - Date.parse(since)) / 1000));
  const part = (value: number, unit: string): string => (value === 0 ? "" : `${value}${unit}`);
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return `${minutes}m${part(seconds % 60, "s")}`;
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 8) return `${hours}h${part(minutes % 60, "m")}`;
  if (hours < 48) return `${hours}h`;
  const days = Math.floor(hours / 24);
  if (days < 8) return `${days}d${part(hours % 24, "h")}`;
  return days < 730 ? `${days}d` : `${Math.floor(days / 365)}y${part(days % 365, "d")}`;
}

export const nameColumn: Column<KubeObject> = { name: "Name", cell: (object) => object.metadata.name };
export const ageColumn: Column<KubeObject> = {
  name: "Age",
  cell: (object, now) => age(object.metadata.creationTimestamp, now),
};
export const labelText = (labels: Record<string, string> | undefined): string =>
  labels === undefined || Object.keys(labels).length === 0
    ? "<none>"
    : Object.entries(labels)
        .map(([key, value]) => `${key}=${value}`)
        .join(",");
export const keysOf = (value: Json | JsonObject | undefined): number => (value == null ? 0 : Object.keys(value).length);
