import { type TrafficPolicy } from "#lib/apps/spec/traffic-policy-schema";
import { given, type Manifest, type ManifestInput, metadata } from "./object.ts";

/**
 * How proxies treat one of the app's Services: its own, or its canary's
 * (istio.io/latest/docs/reference/config/networking/destination-rule). Null where nothing is said about it. It says
 * nothing of TLS, so mutual TLS stays automatic.
 */
export function destinationRule(input: ManifestInput, meta: Manifest["metadata"] = metadata(input)): Manifest | null {
  const { spec, namespace } = input;
  if (spec.trafficPolicy === undefined || spec.ports.length === 0) return null;
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "DestinationRule",
    metadata: meta,
    spec: { host: `${meta.name}.${namespace}.svc.cluster.local`, trafficPolicy: policyOf(spec.trafficPolicy) },
  };
}

const policyOf = ({ loadBalancing, connectionPool, outlierDetection }: TrafficPolicy) =>
  given({
    loadBalancer: loadBalancing && loadBalancerOf(loadBalancing),
    connectionPool: connectionPool && poolOf(connectionPool),
    outlierDetection: outlierDetection && outliersOf(outlierDetection),
  });

function loadBalancerOf(balancing: NonNullable<TrafficPolicy["loadBalancing"]>): object {
  switch (balancing.by) {
    case "least-requests":
      return { simple: "LEAST_REQUEST" };
    case "round-robin":
      return { simple: "ROUND_ROBIN" };
    case "random":
      return { simple: "RANDOM" };
    case "source-address":
      return { consistentHash: { useSourceIp: true } };
    case "header":
      return { consistentHash: { httpHeaderName: balancing.name } };
    case "query":
      return { consistentHash: { httpQueryParameterName: balancing.name } };
    case "cookie":
      return { consistentHash: { httpCookie: { name: balancing.name, path: "/", ttl: `${balancing.ttlSeconds}s` } } };
  }
}

const poolOf = (pool: NonNullable<TrafficPolicy["connectionPool"]>) =>
  given({
    tcp: given({
      maxConnections: pool.maxConnections,
      connectTimeout: pool.connectTimeoutMs === null ? null : `${pool.connectTimeoutMs}ms`,
    }),
    http: given({
      http1MaxPendingRequests: pool.maxPendingRequests,
      maxRequestsPerConnection: pool.maxRequestsPerConnection,
    }),
  });

/** Both counts are always said: Istio counts five of 5xx where nothing is, and 0 counts none. */
const outliersOf = (outliers: NonNullable<TrafficPolicy["outlierDetection"]>) => ({
  consecutive5xxErrors: outliers.consecutive5xx ?? 0,
  consecutiveGatewayErrors: outliers.consecutiveGatewayErrors ?? 0,
  interval: `${outliers.intervalSeconds}s`,
  baseEjectionTime: `${outliers.ejectionSeconds}s`,
  maxEjectionPercent: outliers.maxEjectedPercent,
});
