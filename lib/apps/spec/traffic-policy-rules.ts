import { carrierOf, type GatewayClass } from "./gateway-rules.ts";
import { type Problem } from "./problem.ts";
import { type StoredSettings } from "./stored-schema.ts";
import { TRAFFIC_POLICY_PARTS, type TrafficPolicy, type TrafficPolicyPart } from "./traffic-policy-schema.ts";

/** What is wrong with a traffic policy as a whole: one that says nothing is to be left out. */
export function trafficPolicyProblems({
  trafficPolicy,
  ports,
}: Pick<StoredSettings, "trafficPolicy" | "ports">): Problem[] {
  if (trafficPolicy === undefined) return [];
  const { connectionPool: pool, outlierDetection: outliers } = trafficPolicy;
  const at = (message: string, ...path: string[]): Problem => ({ path: ["trafficPolicy", ...path], message });
  return [
    ...(partsOf(trafficPolicy).length === 0 ? [at("policy.empty")] : []),
    ...(ports.length === 0 ? [at("policy.no-port")] : []),
    ...(pool && Object.values(pool).every((limit) => limit === null) ? [at("policy.empty", "connectionPool")] : []),
    ...(outliers && outliers.consecutive5xx === null && outliers.consecutiveGatewayErrors === null
      ? [at("policy.no-errors", "outlierDetection", "consecutive5xx")]
      : []),
  ];
}

/** What a policy says something about. */
export const partsOf = (policy: TrafficPolicy | undefined): TrafficPolicyPart[] =>
  TRAFFIC_POLICY_PARTS.filter((part) => policy !== undefined && policy[part] !== null);

/** Whose proxies keep to a service's policy: those of Istio. Traefik, and callers without a sidecar, know nothing of it. */
export type PolicyKeeper = "gateway" | "mesh";
export function policyKeepers(
  { exposure }: { exposure: Parameters<typeof carrierOf>[0] | null },
  { meshCallers }: { meshCallers: boolean },
): PolicyKeeper[] {
  const atGateway = exposure !== null && keepsPolicy(carrierOf(exposure));
  return [...(atGateway ? (["gateway"] as const) : []), ...(meshCallers ? (["mesh"] as const) : [])];
}

/** Does a gateway of this class keep to it? */
export const keepsPolicy = (carrier: GatewayClass): boolean => carrier === "istio";

/** What of a policy rests at a gateway of this class: calls of services in the mesh keep to it all the same. */
export const restingParts = (carrier: GatewayClass, policy: TrafficPolicy | undefined): TrafficPolicyPart[] =>
  keepsPolicy(carrier) ? [] : partsOf(policy);
