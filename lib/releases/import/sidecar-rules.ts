import { parseBytes, parseCpuMillis } from "#lib/apps/quantity-rules";
import { saysNothing } from "#lib/apps/spec/sidecar-rules";
import { type Sidecar, specSidecar } from "#lib/apps/spec/sidecar-schema";

/** What a pod's annotations say of its proxy (manifests/sidecar.ts), as the Spec says it; undefined where that is nothing or odd. */
export function readSidecar(annotations: Record<string, string> | null | undefined): Sidecar | undefined {
  const said = (name: string): string | undefined => annotations?.[name];
  const amount = (name: string, parse: typeof parseBytes) => parse(said(`sidecar.istio.io/${name}`) ?? "").value;
  const words = (name: string): string[] => {
    const list = said(`traffic.sidecar.istio.io/${name}`) ?? "";
    return list === "" ? [] : list.split(",").map((word) => word.trim());
  };
  const resources = {
    cpuRequestMillis: amount("proxyCPU", parseCpuMillis),
    cpuLimitMillis: amount("proxyCPULimit", parseCpuMillis),
    memoryRequestBytes: amount("proxyMemory", parseBytes),
    memoryLimitBytes: amount("proxyMemoryLimit", parseBytes),
  };
  const known = specSidecar.safeParse({
    // The Spec says all four or none.
    resources: Object.values(resources).every((each) => each !== undefined) ? resources : null,
    holdApplication: /"?holdApplicationUntilProxyStarts"?:\s*true\b/.test(said("proxy.istio.io/config") ?? ""),
    excludeInboundPorts: words("excludeInboundPorts").map(Number),
    excludeOutboundPorts: words("excludeOutboundPorts").map(Number),
    excludeOutboundRanges: words("excludeOutboundIPRanges"),
  });
  return known.success && !saysNothing(known.data) ? known.data : undefined;
}
