import { type SpecCallers } from "#lib/apps/spec/access-schema";

/**
 * Accounts of Istio's ingress gateway, as its installers make it with the label that Kepler's Gateways select: istioctl's
 * profiles, then the Helm chart in either of its documented namespaces. A name in any namespace would do for a service
 * that is called like the gateway.
 */
const GATEWAYS = [
  ["istio-system", "istio-ingressgateway-service-account"],
  ["istio-system", "istio-ingressgateway"],
  ["istio-ingress", "istio-ingressgateway"],
] as const;

/** An account as the mesh knows it; "cluster.local" stands for the mesh's own trust domain, whatever that is. */
export const principalOf = (namespace: string, account: string): string =>
  `cluster.local/ns/${namespace}/sa/${account}`;

/** Accounts of those who may call, beside whole namespaces. Each service's pods run under an account of its name. */
export const principalsOf = ({ services, gateway }: SpecCallers, namespace: string): string[] => [
  ...services.map((name) => principalOf(namespace, name)),
  ...(gateway ? GATEWAYS.map(([home, account]) => principalOf(home, account)) : []),
];

/** Who called, as proxies counted it. */
export type Caller = {
  /** "unknown" without a sidecar. */
  workload: string;
  namespace: string;
  /** Its account, where the called side had a sidecar to ask for it. */
  principal: string | null;
};

export const hasIdentity = ({ workload }: Caller): boolean => workload !== "unknown";

/** Would the policy made of `callers` let it in? */
export function isLetIn(caller: Caller, callers: SpecCallers, namespace: string): boolean {
  if (!hasIdentity(caller)) return false;
  const principal = caller.principal ?? principalOf(caller.namespace, caller.workload);
  return callers.namespaces.includes(caller.namespace) || principalsOf(callers, namespace).includes(principal);
}
