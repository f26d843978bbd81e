import "server-only";
import { z } from "zod";
import { type Kubernetes } from "#lib/clients/kubernetes/client";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { Denied } from "#lib/platform/errors";

/** What the gateways' own charts label their Services with. */
const LABELS = { istio: "istio=ingressgateway", ingress: "app.kubernetes.io/name=traefik" } as const;
/** Their ports for plain HTTP, by the names that those charts give them. */
const PORT_NAMES = ["http2", "http", "web"];
const TLS_PORT_NAMES = ["https", "websecure"];

const gatewayService = z.object({
  metadata: z.object({ name: z.string(), namespace: z.string() }),
  spec: z.object({ ports: z.array(z.object({ name: z.string().default(""), port: z.number() })).default([]) }),
  status: z.object({
    loadBalancer: z.object({
      ingress: z.array(z.object({ ip: z.string().optional(), hostname: z.string().optional() })).default([]),
    }),
  }),
});

/** `tlsPort` is the same port where the gateway names no other: one may speak both. */
export type GatewayAddress = { service: string; host: string; port: number; tlsPort: number };

/**
 * Where visitors reach the gateway of a class, by its LoadBalancer Service; null where there is none with an address: an
 * address inside the cluster says nothing about visitors; and where Kepler's account sees only its own namespaces. Throws
 * what else the cluster throws.
 */
export async function findGateway(
  gatewayClass: keyof typeof LABELS,
  kubernetes: Kubernetes,
  signal: AbortSignal,
): Promise<GatewayAddress | null> {
  const labelSelector = LABELS[gatewayClass];
  const { items } = await kubernetes.list(KINDS.service, null, { labelSelector, signal }).catch((error: unknown) => {
    if (error instanceof Denied) return { items: [] };
    throw error;
  });
  for (const item of items) {
    const service = gatewayService.safeParse(item).data;
    const [at] = service?.status.loadBalancer.ingress ?? [];
    const host = at?.ip ?? at?.hostname;
    const ports = service?.spec.ports ?? [];
    const named = (names: string[], number: number) =>
      (ports.find(({ name }) => names.includes(name)) ?? ports.find((each) => each.port === number))?.port;
    const port = named(PORT_NAMES, 80);
    if (service && host && port) {
      const name = `${service.metadata.namespace}/${service.metadata.name}`;
      return { service: name, host, port, tlsPort: named(TLS_PORT_NAMES, 443) ?? port };
    }
  }
  return null;
}
