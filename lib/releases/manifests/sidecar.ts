import { printBytes, printCpu } from "#lib/apps/quantity-rules";
import { type AppSpec } from "#lib/apps/spec-schema";

/**
 * What the injector is told about the proxy of a pod, as its annotations
 * (istio.io/latest/docs/reference/config/annotations). Whether it is a native sidecar is left to the cluster.
 */
export function sidecarAnnotations({
  meshMode,
  sidecar,
}: Pick<AppSpec, "meshMode" | "sidecar">): Record<string, string> {
  if (meshMode !== "mesh" || sidecar === undefined) return {};
  const { resources, holdApplication, excludeInboundPorts, excludeOutboundPorts, excludeOutboundRanges } = sidecar;
  const lists = {
    "traffic.sidecar.istio.io/excludeInboundPorts": excludeInboundPorts,
    "traffic.sidecar.istio.io/excludeOutboundPorts": excludeOutboundPorts,
    "traffic.sidecar.istio.io/excludeOutboundIPRanges": excludeOutboundRanges,
  };
  const said = Object.entries(lists).filter(([, values]) => values.length > 0);
  return {
    // All four or none: with one of them the injector takes no other from the mesh's own settings.
    ...(resources && {
      "sidecar.istio.io/proxyCPU": printCpu(resources.cpuRequestMillis),
      "sidecar.istio.io/proxyCPULimit": printCpu(resources.cpuLimitMillis),
      "sidecar.istio.io/proxyMemory": printBytes(resources.memoryRequestBytes),
      "sidecar.istio.io/proxyMemoryLimit": printBytes(resources.memoryLimitBytes),
    }),
    ...(holdApplication && { "proxy.istio.io/config": JSON.stringify({ holdApplicationUntilProxyStarts: true }) }),
    ...Object.fromEntries(said.map(([name, values]) => [name, values.join(",")])),
  };
}
