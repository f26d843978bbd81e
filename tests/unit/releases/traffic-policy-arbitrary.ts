import fc from "fast-check";
import { type TrafficPolicy } from "#lib/apps/spec/traffic-policy-schema";

const NONE: TrafficPolicy = { loadBalancing: null, connectionPool: null, outlierDetection: null };
const pool = { maxConnections: null, maxPendingRequests: null, maxRequestsPerConnection: null, connectTimeoutMs: null };
const outliers = {
  ...{ consecutive5xx: 5, consecutiveGatewayErrors: null },
  ...{ intervalSeconds: 10, ejectionSeconds: 30, maxEjectedPercent: 10 },
};

/** Most services have none. */
export const trafficPolicyArbitrary = fc.option(
  fc.constantFrom<TrafficPolicy>(
    { ...NONE, loadBalancing: { by: "round-robin" } },
    { ...NONE, loadBalancing: { by: "header", name: "x-user" } },
    { ...NONE, loadBalancing: { by: "header", name: "x-team" } },
    { ...NONE, loadBalancing: { by: "cookie", name: "sid", ttlSeconds: 0 } },
    { ...NONE, loadBalancing: { by: "cookie", name: "sid", ttlSeconds: 60 } },
    { ...NONE, connectionPool: { ...pool, maxConnections: 10 } },
    { ...NONE, connectionPool: { ...pool, maxPendingRequests: 5, maxRequestsPerConnection: 1 } },
    { ...NONE, connectionPool: { ...pool, connectTimeoutMs: 500 } },
    { ...NONE, outlierDetection: outliers },
    { ...NONE, outlierDetection: { ...outliers, consecutive5xx: null, consecutiveGatewayErrors: 3 } },
    { ...NONE, outlierDetection: { ...outliers, intervalSeconds: 1, ejectionSeconds: 1, maxEjectedPercent: 100 } },
  ),
  { nil: undefined },
);
