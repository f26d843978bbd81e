import { z } from "zod";
import { portNumber } from "./names-schema.ts";
import { specResources } from "./resources-schema.ts";

const ports = z.array(portNumber).max(20).default([]);

/** What is said of Istio's proxy in the service's pods (istio.io/latest/docs/reference/config/annotations); it rests in normal mode. */
export const specSidecar = z.object({
  /** Null = as the mesh gives its proxies. */
  resources: specResources.nullable().default(null),
  /** The program starts once the proxy does; a native sidecar always begins first. */
  holdApplication: z.boolean().default(false),
  /** Calls to these ports do not pass the proxy: no mutual TLS, no limits, nobody is asked who they are. */
  excludeInboundPorts: ports,
  /** Nor do calls that the service makes to these ports and addresses. */
  excludeOutboundPorts: ports,
  excludeOutboundRanges: z
    .array(z.union([z.cidrv4(), z.cidrv6()], "range.cidr"))
    .max(20)
    .default([]),
});
export type Sidecar = z.output<typeof specSidecar>;

/** Nothing of a proxy's own: where a form begins. */
export const PLAIN_SIDECAR: Sidecar = {
  ...{ resources: null, holdApplication: false },
  ...{ excludeInboundPorts: [], excludeOutboundPorts: [], excludeOutboundRanges: [] },
};
