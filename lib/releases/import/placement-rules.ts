import { z } from "zod";
import { type AppSpec } from "#lib/apps/spec-schema";
import { same } from "../ownership-rules.ts";
import { type FoundPod } from "./found-schema.ts";

type Placement = AppSpec["placement"];

const OVER: Record<string, "nodes" | "zones"> = {
  "kubernetes.io/hostname": "nodes",
  "topology.kubernetes.io/zone": "zones",
};
const constraint = z.strictObject({
  maxSkew: z.number().int(),
  topologyKey: z.enum(["kubernetes.io/hostname", "topology.kubernetes.io/zone"]),
  whenUnsatisfiable: z.enum(["DoNotSchedule", "ScheduleAnyway"]),
  labelSelector: z.unknown(),
});

/** Where pods may go, as far as the Spec has words for it. */
export function readPlacement(pod: FoundPod, matchLabels: Record<string, string>): Placement {
  return {
    nodeSelector: Object.entries(pod.nodeSelector ?? {}).map(([name, value]) => ({ name, value })),
    tolerations: (pod.tolerations ?? []).map(({ key, operator, value, effect }) => ({
      key,
      operator: operator === "Exists" ? "exists" : "equal",
      value,
      effect: EFFECTS.safeParse(effect).data ?? null,
    })),
    spread: (pod.topologySpreadConstraints ?? []).flatMap((each): Placement["spread"] => {
      const { success, data } = constraint.safeParse(each);
      if (!success || !same(data.labelSelector, { matchLabels })) return [];
      const over = OVER[data.topologyKey];
      return over ? [{ over, maxSkew: data.maxSkew, strict: data.whenUnsatisfiable === "DoNotSchedule" }] : [];
    }),
    antiAffinity: readApart(pod.affinity, matchLabels),
  };
}

const EFFECTS = z.enum(["NoSchedule", "PreferNoSchedule", "NoExecute"]);

/** Any other affinity stays as it is: the Spec has no word for it, and so does not name it. */
function readApart(affinity: unknown, matchLabels: Record<string, string>): Placement["antiAffinity"] {
  const apart = { labelSelector: { matchLabels }, topologyKey: "kubernetes.io/hostname" };
  const forms = {
    required: { requiredDuringSchedulingIgnoredDuringExecution: [apart] },
    preferred: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: apart }] },
  };
  if (same(affinity, { podAntiAffinity: forms.required })) return "required";
  return same(affinity, { podAntiAffinity: forms.preferred }) ? "preferred" : "none";
}
