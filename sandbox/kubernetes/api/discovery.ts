import { type JsonObject } from "../json.ts";
import { RESOURCES, type Resource } from "../kinds/facts.ts";
import { VERSION } from "../kinds/version.ts";
import { openApi, openApiIndex } from "./openapi.ts";

const groupOf = (groupVersion: string): string =>
  groupVersion.includes("/") ? (groupVersion.split("/")[0] ?? "") : "";
const versionOf = (groupVersion: string): string => groupVersion.split("/").at(-1) ?? "";
const GROUPS = [...new Set([...RESOURCES.keys()].map(groupOf))];
const versionsOf = (group: string): string[] =>
  [...RESOURCES.keys()].filter((each) => groupOf(each) === group).sort(byStability);

// v2 before v1, v1 before v1beta1, v1beta1 before v1alpha3.
const rank = (groupVersion: string): number => {
  const [, major = "0", stage = ""] = /^v(\d+)(alpha|beta)?/.exec(versionOf(groupVersion)) ?? [];
  return (stage === "" ? 200 : stage === "beta" ? 100 : 0) + Number(major);
};
const byStability = (a: string, b: string): number => rank(b) - rank(a);

function resourceList(groupVersion: string): JsonObject | undefined {
  const resources = RESOURCES.get(groupVersion);
  return resources && { kind: "APIResourceList", apiVersion: "v1", groupVersion, resources: [...resources] };
}

function group(name: string): JsonObject | undefined {
  const versions = versionsOf(name).map((groupVersion) => ({ groupVersion, version: versionOf(groupVersion) }));
  const [preferredVersion] = versions;
  return preferredVersion && { name, versions, preferredVersion };
}

const groupList = (): JsonObject => ({
  kind: "APIGroupList",
  apiVersion: "v1",
  groups: GROUPS.filter((name) => name !== "").map((name) => group(name) ?? null),
});

/** `apidiscovery.k8s.io/v2`: all groups with all their resources in one answer (KEP-3352). */
function aggregated(groups: readonly string[]): JsonObject {
  const items = groups.map((name) => ({
    metadata: { name, creationTimestamp: null },
    versions: versionsOf(name).map((groupVersion) => ({
      version: versionOf(groupVersion),
      freshness: "Current",
      resources: resourcesOf(groupVersion),
    })),
  }));
  return { kind: "APIGroupDiscoveryList", apiVersion: "apidiscovery.k8s.io/v2", metadata: {}, items };
}

function resourcesOf(groupVersion: string): JsonObject[] {
  const rows = RESOURCES.get(groupVersion) ?? [];
  const described = (row: Resource): JsonObject => ({
    responseKind: {
      group: row.group ?? groupOf(groupVersion),
      version: row.version ?? versionOf(groupVersion),
      kind: row.kind,
    },
    verbs: row.verbs,
  });
  return rows
    .filter(({ name }) => !name.includes("/"))
    .map((row) => ({
      resource: row.name,
      ...described(row),
      scope: row.namespaced ? "Namespaced" : "Cluster",
      singularResource: row.singularName,
      shortNames: row.shortNames,
      categories: row.categories,
      subresources: rows
        .filter(({ name }) => name.startsWith(`${row.name}/`))
        .map((sub) => ({ subresource: sub.name.slice(row.name.length + 1), ...described(sub) })),
    }));
}

const [, minor] = VERSION.split(".");
const release: JsonObject = {
  major: "1",
  minor,
  emulationMajor: "1",
  emulationMinor: minor,
  gitVersion: `${VERSION}+kepler-sandbox`,
  gitCommit: "sandbox",
  gitTreeState: "clean",
  buildDate: "2025-01-01T00:00:00Z",
  goVersion: "none",
  compiler: "node",
  platform: "linux/amd64",
};

export const AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
const wantsAggregated = (accept: string): boolean =>
  accept.split(",").some((type) => /g=apidiscovery\.k8s\.io/.test(type) && /v=v2(;|$)/.test(type.trim()));

export type Document = { body: JsonObject; type?: string };

/** The documents by which clients find out what there is: GET only, no object behind them. */
export function discover(path: string, accept: string): Document | undefined {
  const clean = path.replace(/\/$/, "");
  if ((clean === "/api" || clean === "/apis") && wantsAggregated(accept))
    return { body: aggregated(GROUPS.filter((name) => (name === "") === (clean === "/api"))), type: AGGREGATED };
  const body = plainDocument(clean);
  return body && { body };
}

function plainDocument(path: string): JsonObject | undefined {
  const [, root, name, version, more] = path.split("/");
  switch (root) {
    case "version":
      return name === undefined ? release : undefined;
    case "api":
      if (name === undefined) return { kind: "APIVersions", versions: ["v1"], serverAddressByClientCIDRs: [] };
      return name === "v1" && version === undefined ? resourceList("v1") : undefined;
    case "apis":
      if (name === undefined) return groupList();
      if (version !== undefined) return more === undefined ? resourceList(`${name}/${version}`) : undefined;
      return withKind("APIGroup", group(name));
    case "openapi":
      if (path === "/openapi/v3") return openApiIndex();
      return openApi(path.replace(/^\/openapi\/v3\/(api\/|apis\/)/, ""));
    default:
      return undefined;
  }
}

const withKind = (kind: string, body: JsonObject | undefined): JsonObject | undefined =>
  body && { kind, apiVersion: "v1", ...body };
