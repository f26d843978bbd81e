import { type Backend, type Backends, portOf } from "./backends.ts";
import { fullName, hostFits, qualify } from "./hosts.ts";
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
  backends: Backends,
  rules: Named<DestinationRuleSpec>[] | undefined,
): Cluster | undefined {
  const { namespace, service: name, subset } = destination;
  const service = backends.service(namespace, name);
  const port = service && portOf(service, destination.port, destination.otherwisePort);
  if (service === undefined || port === undefined) return undefined;
  const host = fullName(namespace, name);
  const rule = rules?.find((each) => hostFits(qualify(each.spec.host, each.namespace), host))?.spec;
  const chosen = rule?.subsets?.find((each) => each.name === subset);
  if (subset !== undefined && chosen === undefined) return undefined;
  const forPort = rule?.trafficPolicy?.portLevelSettings?.find((each) => each.port.number === port.port);
  const labels = Object.entries(chosen?.labels ?? {});
  const belongs = ({ pod }: Backend): boolean => labels.every(([key, value]) => pod?.metadata.labels?.[key] === value);
  return {
    key: `outbound|${port.port}|${subset ?? ""}|${host}`,
    destination,
    endpoints: backends.ready(service, port).filter(belongs),
    policy: rules === undefined ? IN_TURN : { ...rule?.trafficPolicy, ...forPort, ...chosen?.trafficPolicy },
  };
}
