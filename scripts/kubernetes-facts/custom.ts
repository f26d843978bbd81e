import { z } from "zod";
import { type Facts, type Resource, withoutProse } from "./facts.ts";

/** What is read of an `apiextensions.k8s.io/v1` CustomResourceDefinition. */
export const customResourceDefinition = z.object({
  metadata: z.object({ name: z.string() }),
  spec: z.object({
    group: z.string(),
    scope: z.enum(["Namespaced", "Cluster"]),
    names: z.object({
      kind: z.string(),
      plural: z.string(),
      singular: z.string(),
      shortNames: z.array(z.string()).optional(),
      categories: z.array(z.string()).optional(),
    }),
    versions: z.array(
      z.object({
        name: z.string(),
        served: z.boolean(),
        schema: z.object({ openAPIV3Schema: z.looseObject({ properties: z.record(z.string(), z.unknown()) }) }),
        subresources: z.looseObject({ status: z.unknown().optional() }).optional(),
        additionalPrinterColumns: z
          .array(
            z.object({ name: z.string(), jsonPath: z.string(), type: z.string(), priority: z.number().optional() }),
          )
          .optional(),
      }),
    ),
  }),
});
export type CustomResourceDefinition = z.infer<typeof customResourceDefinition>;

const VERBS = ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"];
const META = { allOf: [{ $ref: "#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta" }] };

/** The facts of custom resources, in the same form as Kubernetes' own. The newest version's schema stands for all. */
export function customGroups(definitions: readonly CustomResourceDefinition[], from: string): Map<string, Facts> {
  const files = new Map<string, Facts>();
  for (const { spec } of definitions) {
    const { group, names } = spec;
    const facts = files.get(group) ?? { from, resources: {}, columns: {}, schemas: {} };
    files.set(group, facts);
    const versions = spec.versions.filter(({ served }) => served).sort((a, b) => stability(a.name) - stability(b.name));
    versions.forEach((version, index) => {
      (facts.resources[`${group}/${version.name}`] ??= []).push(...resourcesOf(spec, version.subresources?.status));
      if (index > 0) return;
      if (version.additionalPrinterColumns !== undefined && facts.columns !== undefined)
        facts.columns[`${names.plural}.${group}/${version.name}`] = version.additionalPrinterColumns.map(
          ({ name, jsonPath, type, priority }) => ({ name, jsonPath, type, priority }),
        );
      const type = [...group.split(".").reverse(), version.name, names.kind].join(".");
      const { openAPIV3Schema } = version.schema;
      facts.schemas[type] = withoutProse({
        ...openAPIV3Schema,
        properties: {
          apiVersion: { type: "string" },
          kind: { type: "string" },
          ...openAPIV3Schema.properties,
          metadata: META,
        },
        "x-kubernetes-group-version-kind": [{ group, kind: names.kind, version: version.name }],
      });
    });
  }
  return files;
}

/** v1 before v1beta1 before v1alpha3 (k8s.io/apimachinery/pkg/version.CompareKubeAwareVersionStrings). */
function stability(version: string): number {
  const [, major = "0", stage = "", minor = "0"] = /^v(\d+)(alpha|beta)?(\d+)?$/.exec(version) ?? [];
  return ({ "": 0, beta: 1000, alpha: 2000 }[stage] ?? 3000) - Number(major) * 10 - Number(minor);
}

function resourcesOf({ scope, names }: CustomResourceDefinition["spec"], status: unknown): Resource[] {
  const namespaced = scope === "Namespaced";
  const { kind, plural, singular, shortNames, categories } = names;
  const main = { name: plural, singularName: singular, namespaced, kind, verbs: VERBS, shortNames, categories };
  const verbs = ["get", "patch", "update"];
  return status === undefined
    ? [main]
    : [main, { name: `${plural}/status`, singularName: "", namespaced, kind, verbs }];
}
