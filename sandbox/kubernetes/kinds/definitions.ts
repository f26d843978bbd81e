import { type JsonObject } from "../json.ts";
import { KINDS, SERVED } from "./index.ts";
import { type Kind, kindOf, resourceName } from "./kind.ts";

export const customResourceDefinitions = kindOf("apiextensions.k8s.io/v1", "customresourcedefinitions");

/** The definitions of the custom kinds that are served, as a cluster that has them lists them. They define nothing here. */
export const definitions = (): JsonObject[] => KINDS.filter(({ custom }) => custom).map(definitionOf);

function definitionOf(kind: Kind): JsonObject {
  const { group, plural, kind: name, namespaced, resource } = kind;
  const versions = SERVED.filter((each) => each.group === group && each.plural === plural).map(
    ({ version }) => version,
  );
  const names = {
    plural,
    singular: resource.singularName,
    kind: name,
    listKind: `${name}List`,
    shortNames: resource.shortNames,
    categories: resource.categories,
  };
  return {
    metadata: { name: resourceName(kind) },
    spec: {
      group,
      names,
      scope: namespaced ? "Namespaced" : "Cluster",
      versions: versions.map((version) => ({
        name: version,
        served: true,
        storage: version === kind.version,
        subresources: kind.status ? { status: {} } : undefined,
        schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
      })),
    },
    status: {
      acceptedNames: names,
      storedVersions: [kind.version],
      conditions: ["NamesAccepted", "Established"].map((type) => ({ type, status: "True", reason: type })),
    },
  };
}
