import { type JsonObject } from "../json.ts";
import { type KubeObject } from "../objects.ts";
import { ageColumn, type Column, createdColumn, nameColumn } from "./columns.ts";
import { Compiler, type TypeRules } from "./compile.ts";
import { RESOURCES, type Resource, typeNameOf } from "./facts.ts";
import { metaRules } from "./meta.ts";
import { dnsSubdomain } from "./names.ts";
import { type Cause, type Check, type ObjectSchema } from "./schema.ts";

// By the strategies of the API server's registry; all custom resources are counted.
const COUNTED = new Set([
  ...["pods", "deployments", "replicasets", "statefulsets", "jobs", "cronjobs", "poddisruptionbudgets"],
  ...["ingresses", "ingressclasses", "networkpolicies", "endpointslices", "customresourcedefinitions"],
]);

/** What is written by hand about a kind; all the rest comes from the facts. */
type Own<T extends KubeObject> = {
  /** Defaults and checks of the types that the kind is made of. */
  rules?: readonly TypeRules[];
  columns?: readonly Column<T>[];
  nameRule?: Check;
  /** Paths that field selectors may name, besides metadata.name and metadata.namespace. */
  fieldLabels?: readonly string[];
  /** Paths that never change after creation. */
  immutable?: readonly string[];
  /** Fields of the spec that the server fills in and a replacement need not repeat. */
  serverChosen?: readonly string[];
  /** Values that the server chooses at creation (a first status, a kind's own defaults from outside the object). */
  initialise?(object: T): void;
  /** The same after admission, which may have changed the object. */
  conclude?(object: T): void;
  validateUpdate?(object: T, old: T): Cause[];
  /** A sentence that every request is warned with. */
  deprecated?: string;
  /** Objects of another version of the same kind, converted at the door; they are stored as `of`. */
  view?: View;
};

export type View = {
  of: Kind;
  toStored(object: JsonObject): JsonObject;
  fromStored(object: JsonObject): JsonObject;
};

/**
 * One row of the table of kinds: everything that the general mechanism (store, REST verbs, patches, printing, discovery)
 * needs to know about a kind. What a kind *does* is a controller's business.
 */
export type Kind<T extends KubeObject = KubeObject> = Own<T> & {
  group: string;
  version: string;
  kind: string;
  plural: string;
  namespaced: boolean;
  /** Defined by a CustomResourceDefinition, so with that machinery's answers to what does not fit. */
  custom: boolean;
  /** Discovery's rows: the resource and its subresources. */
  resource: Resource;
  subresources: readonly Resource[];
  status: boolean;
  scale: boolean;
  /** Each change of what is wanted is counted in metadata.generation. */
  counted: boolean;
  readonly schema: ObjectSchema;
  nameRule: Check;
  columns: readonly Column<T>[];
};

/** A kind from its facts and what is known besides. The schema is compiled when it is first needed. */
export function kindOf<T extends KubeObject>(groupVersion: string, plural: string, own: Own<T> = {}): Kind<T> {
  const [version = "", group = ""] = groupVersion.split("/").reverse();
  const rows = RESOURCES.get(groupVersion) ?? [];
  const resource = rows.find(({ name }) => name === plural);
  const type = resource === undefined ? undefined : typeNameOf(group, version, resource.kind);
  if (resource === undefined || type === undefined) throw new Error(`no facts about ${plural} in ${groupVersion}`);
  const subresources = rows.filter(({ name }) => name.startsWith(`${plural}/`));
  const has = (name: string): boolean => subresources.some((each) => each.name === `${plural}/${name}`);
  const custom = !type.startsWith("io.k8s.");
  let schema: ObjectSchema | undefined;
  return {
    nameRule: dnsSubdomain,
    columns: [nameColumn, custom ? ageColumn : createdColumn],
    ...own,
    group,
    version,
    kind: resource.kind,
    plural,
    namespaced: resource.namespaced,
    custom,
    resource,
    subresources,
    status: has("status"),
    scale: has("scale"),
    counted: custom || COUNTED.has(plural),
    get schema() {
      return (schema ??= new Compiler(Object.assign({}, metaRules, ...(own.rules ?? []))).kind(type));
    },
  };
}

/** "deployments.apps": how the API names a resource in messages. */
export const resourceName = (kind: Kind): string => (kind.group === "" ? kind.plural : `${kind.plural}.${kind.group}`);
export const apiVersionOf = (kind: Kind): string =>
  kind.group === "" ? kind.version : `${kind.group}/${kind.version}`;
