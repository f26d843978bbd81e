import { type Json, type JsonObject } from "../json.ts";
import { KINDS } from "../kinds/index.ts";
import { apiVersionOf, type Kind } from "../kinds/kind.ts";
import { type Schema } from "../kinds/schema.ts";

/** Where each group's OpenAPI v3 document is. */
export const openApiIndex = (groupVersions: string[]): JsonObject => ({
  paths: Object.fromEntries(
    groupVersions.map((each) => {
      const path = each === "v1" ? "api/v1" : `apis/${each}`;
      return [path, { serverRelativeURL: `/openapi/v3/${path}?hash=sandbox` }];
    }),
  ),
});

const PARAMETERS = ["dryRun", "fieldManager", "fieldValidation", "pretty"].map((name) => ({
  name,
  in: "query",
  schema: { type: "string" },
}));

/** The schemas of one group and version, and the write paths whose parameters `kubectl` looks up. */
export function openApi(groupVersion: string): JsonObject | undefined {
  const kinds = KINDS.filter((kind) => apiVersionOf(kind) === groupVersion);
  return {
    openapi: "3.0.0",
    info: { title: "Kubernetes", version: "sandbox" },
    paths: Object.fromEntries(kinds.map((kind) => [pathOf(kind), operations(kind)])),
    components: {
      schemas: Object.fromEntries(
        kinds.map((kind) => [
          schemaName(kind),
          { ...describe(kind.schema), "x-kubernetes-group-version-kind": [gvk(kind)] },
        ]),
      ),
    },
  };
}

const gvk = (kind: Kind) => ({ group: kind.group, version: kind.version, kind: kind.kind });
const schemaName = (kind: Kind): string =>
  `io.k8s.api.${kind.group === "" ? "core" : (kind.group.split(".")[0] ?? "")}.${kind.version}.${kind.kind}`;
const pathOf = (kind: Kind): string =>
  `/${kind.group === "" ? "api" : "apis"}/${apiVersionOf(kind)}/${kind.namespaced ? "namespaces/{namespace}/" : ""}${kind.plural}/{name}`;

function operations(kind: Kind): JsonObject {
  const operation = (action: string): JsonObject => ({
    "x-kubernetes-action": action,
    "x-kubernetes-group-version-kind": gvk(kind),
    parameters: PARAMETERS,
    responses: {},
  });
  return { get: operation("get"), put: operation("put"), patch: operation("patch"), delete: operation("delete") };
}

function describe(schema: Schema): JsonObject {
  const fallback: { default?: Json } = schema.default === undefined ? {} : { default: schema.default };
  switch (schema.type) {
    case "string":
      return { type: "string", ...(schema.enum === undefined ? {} : { enum: [...schema.enum] }), ...fallback };
    case "integer":
    case "boolean":
      return { type: schema.type, ...fallback };
    case "int-or-string":
    case "quantity":
      return { oneOf: [{ type: "string" }, { type: "number" }], ...fallback };
    case "object": {
      const required = Object.entries(schema.fields).flatMap(([key, field]) => (field.required === true ? [key] : []));
      const properties = Object.fromEntries(
        Object.entries(schema.fields).map(([key, field]) => [key, describe(field)]),
      );
      return {
        type: "object",
        properties,
        ...(required.length === 0 ? {} : { required }),
        ...(schema.atomic === true ? { "x-kubernetes-map-type": "atomic" } : {}),
        ...fallback,
      };
    }
    case "map":
      return { type: "object", additionalProperties: describe(schema.values) };
    case "list": {
      const keys =
        schema.keys === undefined
          ? {}
          : {
              "x-kubernetes-list-map-keys": [...schema.keys],
              "x-kubernetes-patch-strategy": "merge",
              "x-kubernetes-patch-merge-key": schema.patchKey,
            };
      return { type: "array", items: describe(schema.items), "x-kubernetes-list-type": schema.list, ...keys };
    }
    case "any":
      return { "x-kubernetes-preserve-unknown-fields": true };
  }
}
