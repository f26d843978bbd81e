import { type JsonObject } from "../json.ts";
import { VERSION } from "../kinds/core.ts";
import { KINDS } from "../kinds/index.ts";
import { apiVersionOf, type Kind } from "../kinds/kind.ts";
import { openApi, openApiIndex } from "./openapi.ts";

const VERBS = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

type Resource = {
  name: string;
  singularName: string;
  namespaced: boolean;
  kind: string;
  verbs: readonly string[];
  shortNames?: readonly string[];
  categories?: readonly string[];
  group?: string;
  version?: string;
};

/** Kinds that are only ever posted: they ask a question and are not stored. */
const REVIEWS: { group: string; name: string; kind: string }[] = [
  { group: "authorization.k8s.io", name: "selfsubjectaccessreviews", kind: "SelfSubjectAccessReview" },
  { group: "authorization.k8s.io", name: "selfsubjectrulesreviews", kind: "SelfSubjectRulesReview" },
  { group: "authentication.k8s.io", name: "selfsubjectreviews", kind: "SelfSubjectReview" },
];

function resourcesOf(kind: Kind): Resource[] {
  const { plural, namespaced, shortNames, categories } = kind;
  const main: Resource = {
    name: plural,
    singularName: kind.kind.toLowerCase(),
    namespaced,
    kind: kind.kind,
    verbs: VERBS,
    shortNames,
    categories,
  };
  const sub = (
    name: string,
    kindName: string,
    verbs: readonly string[],
    group?: string,
    version?: string,
  ): Resource => ({ name: `${plural}/${name}`, singularName: "", namespaced, kind: kindName, verbs, group, version });
  return [
    main,
    ...(kind.status ? [sub("status", kind.kind, ["get", "patch", "update"])] : []),
    ...(kind.scale === true ? [sub("scale", "Scale", ["get", "patch", "update"], "autoscaling", "v1")] : []),
    ...(kind.subresources ?? []).map((each) => sub(each.name, each.kind, each.verbs, each.group, each.version)),
  ];
}

const groupVersions = (): string[] => [
  ...new Set([...KINDS.map(apiVersionOf), ...REVIEWS.map(({ group }) => `${group}/v1`)]),
];

function resourceList(groupVersion: string): JsonObject | undefined {
  const reviews = REVIEWS.filter(({ group }) => `${group}/v1` === groupVersion).map(
    (each): Resource => ({
      name: each.name,
      singularName: each.kind.toLowerCase(),
      namespaced: false,
      kind: each.kind,
      verbs: ["create"],
    }),
  );
  const resources = [...KINDS.filter((kind) => apiVersionOf(kind) === groupVersion).flatMap(resourcesOf), ...reviews];
  if (resources.length === 0) return undefined;
  return {
    kind: "APIResourceList",
    apiVersion: "v1",
    groupVersion,
    resources: resources.map((resource) => ({
      ...resource,
      shortNames: [...(resource.shortNames ?? [])],
      categories: [...(resource.categories ?? [])],
      verbs: [...resource.verbs],
    })),
  };
}

function groupList(): JsonObject {
  const groups = groupVersions()
    .filter((each) => each.includes("/"))
    .map((groupVersion) => {
      const [name = "", version = ""] = groupVersion.split("/");
      const entry = { groupVersion, version };
      return { name, versions: [entry], preferredVersion: entry };
    });
  return { kind: "APIGroupList", apiVersion: "v1", groups };
}

const release: JsonObject = {
  major: "1",
  minor: VERSION.split(".")[1] ?? "",
  gitVersion: `${VERSION}+kepler-sandbox`,
  gitCommit: "sandbox",
  gitTreeState: "clean",
  buildDate: "2025-01-01T00:00:00Z",
  goVersion: "none",
  compiler: "node",
  platform: "linux/amd64",
};

/** The documents by which clients find out what there is: GET only, no object behind them. */
export function discover(path: string): JsonObject | undefined {
  const clean = path.replace(/\/$/, "");
  if (clean === "/version") return release;
  if (clean === "/api") return { kind: "APIVersions", versions: ["v1"], serverAddressByClientCIDRs: [] };
  if (clean === "/apis") return groupList();
  if (clean === "/openapi/v3") return openApiIndex(groupVersions());
  const schemas = /^\/openapi\/v3\/(?:apis\/)?(.+)$/.exec(clean)?.[1];
  if (schemas !== undefined) return openApi(schemas === "api/v1" ? "v1" : schemas);
  const [, group, version] = /^\/apis\/([^/]+)(?:\/([^/]+))?$/.exec(clean) ?? [];
  if (clean === "/api/v1") return resourceList("v1");
  if (group !== undefined && version !== undefined) return resourceList(`${group}/${version}`);
  const groups = groupList().groups;
  return Array.isArray(groups)
    ? (groups
        .filter((each) => typeof each === "object")
        .find((each) => JSON.stringify(each).startsWith(`{"name":"${group ?? ""}"`)) as JsonObject | undefined)
    : undefined;
}
