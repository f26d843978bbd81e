import { asMap, given, type ManifestInput, selector } from "./object.ts";

const TOPOLOGY = { nodes: "kubernetes.io/hostname", zones: "topology.kubernetes.io/zone" } as const;
const OPERATOR = { equal: "Equal", exists: "Exists" } as const;

/** Where the scheduler may put the pods. */
export function placement(input: ManifestInput) {
  const { nodeSelector, tolerations, spread, antiAffinity } = input.spec.placement;
  const labelSelector = { matchLabels: selector(input) };
  const apart = { labelSelector, topologyKey: TOPOLOGY.nodes };
  return given({
    nodeSelector: asMap(nodeSelector),
    tolerations: tolerations.map(({ key, operator, value, effect }) => ({
      ...given({ key, value, effect }),
      operator: OPERATOR[operator],
    })),
    topologySpreadConstraints: spread.map(({ over, maxSkew, strict }) => ({
      maxSkew,
      topologyKey: TOPOLOGY[over],
      whenUnsatisfiable: strict ? "DoNotSchedule" : "ScheduleAnyway",
      labelSelector,
    })),
    affinity:
      antiAffinity === "none"
        ? null
        : {
            podAntiAffinity:
              antiAffinity === "required"
                ? { requiredDuringSchedulingIgnoredDuringExecution: [apart] }
                : { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: apart }] },
          },
  });
}
