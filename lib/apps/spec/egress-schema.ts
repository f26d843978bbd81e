import { z } from "zod";
import { portNumber } from "./names-schema.ts";
import { routeRetries, routeTraffic } from "./traffic-schema.ts";

/** A host outside of the cluster: a name with a dot whose last part is no number, or "*." and such a name for all below it. */
export const externalHostName = z
  .string()
  .max(253)
  .regex(
    /^(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+(?=[a-z0-9-]*[a-z])[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
    "egress.host",
  );

export const EXTERNAL_PROTOCOLS = ["http", "tls", "tcp"] as const;

/** A port that the service calls: http is known by its Host header, tls by the name in its handshake, tcp by address alone. */
export const externalPort = z.object({
  port: portNumber,
  protocol: z.enum(EXTERNAL_PROTOCOLS),
  /** Where it is really listened on; null = the same. */
  targetPort: portNumber.nullable().default(null),
  /** The service speaks plain HTTP, its proxy speaks TLS to the host and checks the certificate. */
  originateTls: z.boolean().default(false),
});

export const externalHost = z.object({
  name: externalHostName,
  ports: z.array(externalPort).min(1).max(5),
  /** Where it is found; empty = where DNS says. */
  addresses: z
    .array(z.union([z.ipv4(), z.ipv6()], "egress.address"))
    .max(20)
    .default([]),
  /** Of calls by HTTP. */
  timeoutMs: routeTraffic.shape.timeoutMs,
  retries: routeRetries.nullable().default(null),
});
export type ExternalHost = z.output<typeof externalHost>;

/** Where a service may call outside of the cluster, and how; its proxies keep to it, so only in the mesh. */
export const specEgress = z.object({
  /** Declared: to these hosts and the cluster's own services, and nowhere else. */
  reach: z.enum(["anything", "declared"]),
  hosts: z.array(externalHost).max(50),
});
export type SpecEgress = z.output<typeof specEgress>;
