import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { type Facts, type Resource, withoutProse } from "./facts.ts";

/** The groups and versions that the sandbox serves, with the resources it leaves out of them. */
const SERVED: Record<string, RegExp> = {
  v1: /^(componentstatuses|podtemplates|replicationcontrollers|.*\/(proxy|portforward|token|ephemeralcontainers|resize))/,
  "apps/v1": /^daemonsets/,
  "batch/v1": /^$/,
  "autoscaling/v1": /^$/,
  "autoscaling/v2": /^$/,
  "networking.k8s.io/v1": /^(ipaddresses|servicecidrs)/,
  "policy/v1": /^$/,
  "storage.k8s.io/v1": /^(csinodes|csistoragecapacities|volumeattributes)/,
  "discovery.k8s.io/v1": /^$/,
  "events.k8s.io/v1": /^$/,
  "rbac.authorization.k8s.io/v1": /^$/,
  "coordination.k8s.io/v1": /^$/,
  "authorization.k8s.io/v1": /^(local)?subjectaccessreviews/,
  "authentication.k8s.io/v1": /^tokenreviews/,
  "apiextensions.k8s.io/v1": /^$/,
};

const resource = z
  .object({
    name: z.string(),
    singularName: z.string(),
    namespaced: z.boolean(),
    kind: z.string(),
    group: z.string().optional(),
    version: z.string().optional(),
    shortNames: z.array(z.string()).optional(),
    categories: z.array(z.string()).optional(),
    verbs: z.array(z.string()),
  })
  .transform((value): Resource => value);
const resourceList = z.object({ resources: z.array(resource) });
const schema = z.looseObject({
  properties: z.record(z.string(), z.looseObject({})).optional(),
  "x-kubernetes-group-version-kind": z.array(z.looseObject({ kind: z.string() })).optional(),
});
type TypeSchema = z.infer<typeof schema>;
const document = z.object({ components: z.object({ schemas: z.record(z.string(), schema) }) });

const NEEDED_BY_VERBS = [
  "io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions",
  "io.k8s.apimachinery.pkg.apis.meta.v1.Status",
  "io.k8s.api.autoscaling.v1.Scale",
];

/** The facts of Kubernetes' own groups, one file a group and one, `meta`, for the types that they share. */
export function builtInGroups(folder: string, from: string): Map<string, Facts> {
  const read = (path: string): unknown => JSON.parse(readFileSync(join(folder, "api", path), "utf8"));
  const enums = enumsIn(readFileSync(join(folder, "pkg/generated/openapi/zz_generated.openapi.go"), "utf8"));
  const all = new Map<string, TypeSchema>();
  const files = new Map<string, Facts>();
  const fileOf = (name: string): Facts => {
    let facts = files.get(name);
    if (facts === undefined) files.set(name, (facts = { from, resources: {}, schemas: {} }));
    return facts;
  };

  for (const [groupVersion, without] of Object.entries(SERVED)) {
    const path = groupVersion === "v1" ? "api__v1" : `apis__${groupVersion.replace("/", "__")}`;
    const { resources } = resourceList.parse(read(`discovery/${path}.json`));
    const group = groupVersion.includes("/") ? groupVersion.replace(/\/.*/, "") : "core";
    fileOf(group).resources[groupVersion] = resources.filter(({ name }) => !without.test(name));
    const { components } = document.parse(read(`openapi-spec/v3/${path}_openapi.json`));
    for (const [name, type] of Object.entries(components.schemas)) all.set(name, type);
  }

  const kinds = new Set([...files.values()].flatMap((each) => Object.entries(each.resources)).flatMap(kindNames));
  const roots = [...all].filter(([, type]) =>
    type["x-kubernetes-group-version-kind"]?.some((one) => kinds.has(keyOf(one))),
  );
  for (const name of reachable(all, [...NEEDED_BY_VERBS, ...roots.map(([root]) => root)])) {
    const type = all.get(name);
    if (type === undefined) continue;
    for (const [field, values] of enums.get(name) ?? [])
      if (type.properties?.[field] !== undefined) type.properties[field].enum = values;
    fileOf(groupOf(name)).schemas[name] = withoutProse(trimmed(type));
  }
  return files;
}

const keyOf = (one: Record<string, unknown>): string =>
  `${String(one.group)}/${String(one.version)}/${String(one.kind)}`;

function kindNames([groupVersion, resources]: [string, Resource[]]): string[] {
  const [version = "", group = ""] = groupVersion.split("/").reverse();
  return resources.map((each) => `${each.group ?? group}/${each.version ?? version}/${each.kind}`);
}

// DeleteOptions and Status claim the kind in every group there is; one says it all.
function trimmed(type: TypeSchema): TypeSchema {
  const claims = type["x-kubernetes-group-version-kind"];
  return claims === undefined || claims.length === 1
    ? type
    : { ...type, "x-kubernetes-group-version-kind": claims.slice(0, 1) };
}

const groupNames: Record<string, string> = {
  networking: "networking.k8s.io",
  storage: "storage.k8s.io",
  discovery: "discovery.k8s.io",
  events: "events.k8s.io",
  rbac: "rbac.authorization.k8s.io",
  coordination: "coordination.k8s.io",
  authorization: "authorization.k8s.io",
  authentication: "authentication.k8s.io",
};

function groupOf(type: string): string {
  const name = /^io\.k8s\.api\.([^.]+)\./.exec(type)?.[1];
  if (name !== undefined) return groupNames[name] ?? name;
  return type.includes("apiextensions") ? "apiextensions.k8s.io" : "meta";
}

function reachable(all: ReadonlyMap<string, TypeSchema>, roots: readonly string[]): string[] {
  const found = new Set<string>();
  const visit = (name: string): void => {
    if (found.has(name) || !all.has(name)) return;
    found.add(name);
    for (const [, next = ""] of JSON.stringify(all.get(name)).matchAll(/#\/components\/schemas\/([^"]+)/g)) visit(next);
  };
  roots.forEach(visit);
  return [...found].sort();
}

/** Closed sets of values: the generated Go code has them, the published documents leave them out. */
function enumsIn(source: string): Map<string, [field: string, values: string[]][]> {
  const found = new Map<string, [string, string[]][]>();
  for (const body of source.split(/^func schema_/m).slice(1)) {
    const [, apis = "", version = "", type = ""] = /^k8sio_api_(\w+?)_(v\w+?)_(\w+)\(/.exec(body) ?? [];
    let field = "";
    for (const line of body.split("\n")) {
      field = /^\t{5}"([^"]+)": \{$/.exec(line)?.[1] ?? field;
      const values = /^\t{7}Enum: +\[\]interface\{\}\{(.*)\},$/.exec(line)?.[1];
      if (values === undefined || type === "") continue;
      const name = `io.k8s.api.${apis}.${version}.${type}`;
      found.set(name, [...(found.get(name) ?? []), [field, z.array(z.string()).parse(JSON.parse(`[${values}]`))]]);
    }
  }
  return found;
}
