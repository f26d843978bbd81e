import { z } from "zod";

// Hosts outside of the cluster, and where a pod may call (istio.io/latest/docs/reference/config/networking, ServiceEntry and
// Sidecar): what proxies look at.

const names = z.array(z.string());
const port = z.object({
  number: z.number(),
  protocol: z.string(),
  name: z.string(),
  targetPort: z.number().optional(),
});

export const serviceEntrySpec = z.object({
  hosts: names,
  addresses: names.default([]),
  ports: z.array(port).default([]),
  resolution: z.string().default("NONE"),
  endpoints: z
    .array(z.object({ address: z.string(), ports: z.record(z.string(), z.number()).default({}) }))
    .default([]),
  exportTo: names.optional(),
});
export type ServiceEntrySpec = z.infer<typeof serviceEntrySpec>;
export type ExternalPort = ServiceEntrySpec["ports"][number];

/** Addresses that istiod has found for an entry without any. */
export const serviceEntryStatus = z.object({
  addresses: z.array(z.object({ host: z.string(), value: z.string() })).default([]),
});

export const sidecarSpec = z.object({
  workloadSelector: z.object({ labels: z.record(z.string(), z.string()).optional() }).optional(),
  egress: z.array(z.object({ hosts: names })).optional(),
  outboundTrafficPolicy: z.object({ mode: z.string().default("ALLOW_ANY") }).optional(),
});
export type SidecarSpec = z.infer<typeof sidecarSpec>;

/** Whether an object is there for proxies of a namespace ("." is the object's own); for all unless it says so. */
export const isExportedTo = (exportTo: string[] | undefined, home: string, namespace: string | undefined): boolean =>
  exportTo === undefined || exportTo.some((to) => to === "*" || (to === "." ? home : to) === namespace);
