import { z } from "zod";
import { type GatewayClass } from "#lib/apps/spec/gateway-rules";
import { isManaged } from "#lib/clusters/label-rules";

const metadata = z.object({
  name: z.string(),
  namespace: z.string(),
  labels: z.record(z.string(), z.string()).nullish(),
});
const ingress = z.object({
  metadata,
  spec: z.object({ rules: z.array(z.object({ host: z.string().optional() })).default([]) }),
});
const virtualService = z.object({
  metadata,
  spec: z.object({ hosts: z.array(z.string()).default([]), gateways: z.array(z.string()).default([]) }),
});

/** Hosts that objects which are not Kepler's have at a gateway of this class, each with the object that has it. */
export function foreignHosts(gatewayClass: GatewayClass, objects: readonly unknown[]): Map<string, string> {
  const taken = objects.flatMap((object): [string, string][] => {
    const found = gatewayClass === "ingress" ? ingress.safeParse(object).data : virtualService.safeParse(object).data;
    if (!found || isManaged(found.metadata.labels)) return [];
    const name = `${found.metadata.namespace}/${found.metadata.name}`;
    const hosts = "rules" in found.spec ? found.spec.rules.map(({ host = "*" }) => host) : atTheEdge(found.spec);
    return hosts.map((host) => [host, name]);
  });
  return new Map(taken);
}

/** A VirtualService that names no gateway is for calls inside the mesh. */
const atTheEdge = ({ hosts, gateways }: { hosts: string[]; gateways: string[] }): string[] =>
  gateways.some((name) => name !== "mesh") ? hosts : [];
