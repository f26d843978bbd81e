import { z } from "zod";
import { dnsName, portNumber, routeHost } from "./names-schema.ts";
import { routeTraffic } from "./traffic-schema.ts";

export const specPort = z.object({
  /** IANA_SVC_NAME: at most 15 characters (Kubernetes ContainerPort.name). */
  name: z.string().regex(/^(?=.*[a-z])[a-z0-9]([a-z0-9-]{0,13}[a-z0-9])?$/, "port.name"),
  port: portNumber,
  protocol: z.enum(["http", "grpc", "tcp"]),
});

export const specRoute = z.object({
  host: routeHost,
  path: z
    .string()
    .max(512)
    .regex(/^\/[^\s?#]*$/, "path.absolute"),
  pathType: z.enum(["prefix", "exact"]),
  port: portNumber,
  /** What is asked of requests beside host and path, and what happens to them; nothing unless given. */
  traffic: routeTraffic.optional(),
});

/** A Secret with a certificate, and the hosts that are served with it. */
export const specTls = z.object({ secretName: dnsName, hosts: z.array(routeHost).min(1) });

export const specExposure = z.object({
  gatewayClass: z.enum(["ingress", "istio"]),
  /** The gateway that carries the routes meanwhile; set and taken away by a failover alone (planRelease), never by a form. */
  failedOverTo: z.enum(["ingress", "istio"]).optional(),
  /** As the environment's domains have it (tls-rules.ts); set by planRelease, never by a form. */
  tls: z.array(specTls).optional(),
  routes: z.array(specRoute).min(1).max(20),
});

/** A line of the pods' /etc/hosts. */
export const specHostAlias = z.object({
  ip: z.union([z.ipv4(), z.ipv6()], "host.ip"),
  hostnames: z.array(dnsName).min(1).max(20),
});
