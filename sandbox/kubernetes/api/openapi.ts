import { type Json, type JsonObject } from "../json.ts";
import { type OpenApi, RESOURCES, referenced, TYPES } from "../kinds/facts.ts";
import { SERVED } from "../kinds/index.ts";
import { apiVersionOf, type Kind } from "../kinds/kind.ts";
import { VERSION } from "../kinds/version.ts";

const pathOf = (groupVersion: string): string => (groupVersion === "v1" ? "api/v1" : `apis/${groupVersion}`);

/** Where each group's OpenAPI v3 document is. */
export const openApiIndex = (): JsonObject => ({
  paths: Object.fromEntries(
    [...RESOURCES.keys()]
      .map(pathOf)
      .map((path) => [path, { serverRelativeURL: `/openapi/v3/${path}?hash=${VERSION}` }]),
  ),
});

const PATCHES = ["application/apply-patch+yaml", "application/json-patch+json", "application/merge-patch+json"];
const PARAMETERS = ["dryRun", "fieldManager", "fieldValidation", "pretty"].map((name) => ({
  name,
  in: "query",
  schema: { type: "string" },
}));

/** The facts of one group and version, and the write paths whose parameters `kubectl` looks up. */
export function openApi(groupVersion: string): JsonObject | undefined {
  if (!RESOURCES.has(groupVersion)) return undefined;
  const kinds = SERVED.filter((kind) => apiVersionOf(kind) === groupVersion);
  const roots = [...TYPES].filter(([, type]) =>
    type["x-kubernetes-group-version-kind"]?.some(
      ({ group, version }) => (group === "" ? version : `${group}/${version}`) === groupVersion,
    ),
  );
  const schemas = reachable([...roots.map(([name]) => name), "io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions"]);
  return {
    openapi: "3.0.0",
    info: { title: "Kubernetes", version: VERSION },
    paths: Object.fromEntries(kinds.map((kind) => [objectPath(kind), operations(kind)])),
    components: { schemas: schemas as Record<string, Json> },
  };
}

export const objectPath = (kind: Kind): string =>
  `/${pathOf(apiVersionOf(kind))}/${kind.namespaced ? "namespaces/{namespace}/" : ""}${kind.plural}/{name}`;

function operations(kind: Kind): JsonObject {
  const { group, version } = kind;
  const operation = (action: string): JsonObject => ({
    "x-kubernetes-action": action,
    "x-kubernetes-group-version-kind": { group, version, kind: kind.kind },
    parameters: PARAMETERS,
    responses: {},
  });
  // By these kubectl tells whether a kind may be patched by its lists' keys.
  const patches = [...PATCHES, ...(kind.custom ? [] : ["application/strategic-merge-patch+json"])];
  const requestBody = { content: Object.fromEntries(patches.map((type) => [type, {}])) };
  return {
    get: operation("get"),
    put: operation("put"),
    patch: { ...operation("patch"), requestBody },
    delete: operation("delete"),
  };
}

/** These types and all that they refer to. */
function reachable(roots: readonly string[]): Record<string, OpenApi> {
  const found: Record<string, OpenApi> = {};
  const visit = (name: string): void => {
    const type = TYPES.get(name);
    if (type === undefined || found[name] !== undefined) return;
    found[name] = type;
    for (const [ref] of JSON.stringify(type).matchAll(/#\/components\/schemas\/[^"]+/g)) visit(referenced(ref));
  };
  roots.forEach(visit);
  return found;
}
