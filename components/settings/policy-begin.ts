import { TRAFFIC_POLICY_PARTS, type TrafficPolicy, type TrafficPolicyPart } from "#lib/apps/spec/traffic-policy-schema";
import type { SettingsForm } from "./typed-settings.ts";

type Form = SettingsForm["trafficPolicy"];
type Balancing = NonNullable<TrafficPolicy["loadBalancing"]>;
export const BALANCING = [
  ...(["least-requests", "round-robin", "random"] as const),
  ...(["header", "cookie", "query", "source-address"] as const),
] satisfies Balancing["by"][];

/** What each part begins with when it is switched on. */
const BEGIN: TrafficPolicy = {
  loadBalancing: { by: "least-requests" },
  connectionPool: {
    ...{ maxConnections: 100, maxPendingRequests: 100 },
    ...{ maxRequestsPerConnection: null, connectTimeoutMs: null },
  },
  outlierDetection: {
    ...{ consecutive5xx: 5, consecutiveGatewayErrors: null },
    ...{ intervalSeconds: 10, ejectionSeconds: 30, maxEjectedPercent: 10 },
  },
};

/** A policy with a part switched on or off; none at all with the last one off. */
export function withPart(policy: Form, part: TrafficPolicyPart, on: boolean): Form {
  const none = { loadBalancing: null, connectionPool: null, outlierDetection: null };
  const next = { ...none, ...policy, [part]: on ? structuredClone(BEGIN[part]) : null };
  return TRAFFIC_POLICY_PARTS.every((each) => next[each] === null) ? undefined : next;
}

/** Another way of choosing a pod; what it asks for stays where the other one asked for it too. */
export function balancingBy(by: string, now: NonNullable<Form>["loadBalancing"]): Balancing {
  const name = now && "name" in now ? now.name : "";
  switch (by) {
    case "header":
    case "query":
      return { by, name };
    case "cookie":
      return { by, name, ttlSeconds: 3600 };
    case "round-robin":
    case "random":
    case "source-address":
      return { by };
    default:
      return { by: "least-requests" };
  }
}
