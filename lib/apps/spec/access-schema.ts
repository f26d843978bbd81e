import { z } from "zod";
import { dnsLabel } from "./names-schema.ts";

/** Who may call a service, by what a sidecar knows of callers. Nobody else; all three empty: nobody at all. */
export const specCallers = z.object({
  /** Services of the same environment. */
  services: z.array(dnsLabel).max(50),
  /** Istio's ingress gateway. */
  gateway: z.boolean(),
  /** Whole namespaces of the cluster, such as other environments'. */
  namespaces: z.array(dnsLabel).max(20),
});
export type SpecCallers = z.infer<typeof specCallers>;

/** Kept by the sidecars of the service's own pods, so only in the mesh. */
export const specAccess = z.object({
  /** Null: anybody. */
  callers: specCallers.nullable(),
  /** Strict: connections without an identity of the mesh are not taken at all. */
  mtls: z.enum(["permissive", "strict"]),
});
export type SpecAccess = z.infer<typeof specAccess>;
