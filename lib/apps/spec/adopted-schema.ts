import { z } from "zod";
import { dnsLabel, dnsName, labelKey, labelValue } from "./names-schema.ts";

/** Kinds that stand beside an imported workload under somebody else's hand: Kepler then makes none of its own. */
export const LEFT_KINDS = ["Service", "PodDisruptionBudget"] as const;

/**
 * What an imported workload had settled before Kepler came and cannot be changed in place, above all the labels that it
 * finds its pods by (DeploymentSpec.selector is immutable). Null for a service that Kepler made.
 */
export const specAdopted = z.object({
  selector: z
    .array(z.object({ name: labelKey, value: labelValue }))
    .min(1)
    .max(20),
  container: dnsLabel,
  /** Null = the namespace's default one. */
  serviceAccount: dnsName.nullable(),
  leaves: z.array(z.enum(LEFT_KINDS)).max(LEFT_KINDS.length),
});
