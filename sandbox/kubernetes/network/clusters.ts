import { type Backend, type Backends, portOf } from "./backends.ts";
import { isExportedTo } from "./external-objects.ts";
import { type ExternalServices, endpointsOf } from "./external-services.ts";
import { hostFits, hostOf, qualify } from "./hosts.ts";
import { type DestinationRuleSpec, type Named, type TrafficPolicy } from "./istio-objects.ts";
import { type Destination } from "./plan.ts";

/** The pods behind a destination and how they are to be treated (Envoy's word for it). */
export type Cluster = {
  /** Names the cluster's own state: connections in use, pods set aside. */
  key: string;
  destination: Destination;
  endpoints: Backend[];
  policy: TrafficPolicy;
};

/** Without an Istio proxy, pods take turns. */
const IN_TURN: TrafficPolicy = { loadBalancer: { simple: "ROUND_ROBIN" } };

/** Undefined is Envoy's "no cluster": no such Service, port or subset. `rules` are there for Istio's proxies only. */
export function clusterOf(
  destination: Destination,
  { backends, external }: { backends: Backends; external: ExternalServices },
  rules: Named<DestinationRuleSpec>[] | undefined,
): Cluster | undefined {
  const { subset, caller } = destination;
  const found = destination.namespace === "" ? outside(destination, external) : inside(destination, backends);
  if (found === undefined) return undefined;
  const { port, endpoints } = found;
  const host = hostOf(destination);
  const rule = rules?.find(
    ({ spec, namespace }) =>
      hostFits(qualify(spec.host, namespace), host) && isExportedTo(spec.exportTo, namespace, caller),
  )?.spec;
  const chosen = rule?.subsets?.find((each) => each.name === subset);
  if (subset !== undefined && chosen === undefined) return undefined;
  const forPort = rule?.trafficPolicy?.portLevelSettings?.find((each) => each.port.number === port);
  const labels = Object.entries(chosen?.labels ?? {});
  const belongs = ({ pod }: Backend): boolean => labels.every(([key, value]) => pod?.metadata.labels?.[key] === value);
  return {
    key: `outbound|${port}|${subset ?? ""}|${host}`,
    destination,
    endpoints: endpoints.filter(belongs),
    policy: rules === undefined ? IN_TURN : { ...rule?.trafficPolicy, ...forPort, ...chosen?.trafficPolicy },
  };
}

type Found = { port: number; endpoints: Backend[] };

function inside(destination: Destination, backends: Backends): Found | undefined {
  const service = backends.service(destination.namespace, destination.service);
  const port = service && portOf(service, destination.port, destination.otherwisePort);
  return service && port && { port: port.port, endpoints: backends.ready(service, port) };
}

/** A host outside, as the caller's namespace knows it. */
function outside({ service, caller, port, otherwisePort }: Destination, external: ExternalServices): Found | undefined {
  const found = external.named(service, caller);
  const wanted = found?.spec.ports.find(({ number }) => number === (port?.number ?? otherwisePort));
  return found && wanted && { port: wanted.number, endpoints: endpointsOf(found, wanted) };
}
