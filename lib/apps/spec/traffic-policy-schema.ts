import { z } from "zod";
import { headerName } from "./header-schema.ts";
import { parameterName } from "./names-schema.ts";

/** RFC 6265, 4.1.1. */
const cookieName = z
  .string()
  .max(128)
  .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, "cookie.name");

const SECONDS_OF_A_DAY = 86_400;

/**
 * Which of the service's pods takes a request (istio.io/latest/docs/reference/config/networking/destination-rule/#LoadBalancerSettings).
 * The last four keep those that have something in common on one pod, for as long as it is there: a consistent hash.
 */
export const loadBalancing = z.discriminatedUnion("by", [
  z.object({ by: z.literal("least-requests") }),
  z.object({ by: z.literal("round-robin") }),
  z.object({ by: z.literal("random") }),
  z.object({ by: z.literal("source-address") }),
  z.object({ by: z.literal("header"), name: headerName }),
  z.object({ by: z.literal("query"), name: parameterName }),
  /** Who comes without the cookie is given it; 0 seconds: until the browser is closed. */
  z.object({
    by: z.literal("cookie"),
    name: cookieName,
    ttlSeconds: z
      .number()
      .int()
      .min(0)
      .max(30 * SECONDS_OF_A_DAY),
  }),
]);

const count = z.number().int().min(1).max(1_000_000);

/**
 * How much each proxy may have under way at the service; more is answered 503 at once (#ConnectionPoolSettings). Null = no
 * limit. Requests that wait cannot be 0: Istio reads that as its default.
 */
export const connectionPool = z.object({
  maxConnections: count.nullable().default(null),
  maxPendingRequests: count.nullable().default(null),
  maxRequestsPerConnection: count.nullable().default(null),
  connectTimeoutMs: z.number().int().min(1).max(60_000).nullable().default(null),
});

const seconds = z.number().int().min(1).max(SECONDS_OF_A_DAY);

/** When a pod is set aside for a while, as seen by each proxy (#OutlierDetection). */
export const outlierDetection = z.object({
  /** Answers of 500 and more one after another; null = these do not count. */
  consecutive5xx: z.number().int().min(1).max(1000).nullable().default(null),
  /** The same of 502, 503 and 504, broken connections and timeouts alone. */
  consecutiveGatewayErrors: z.number().int().min(1).max(1000).nullable().default(null),
  intervalSeconds: seconds.default(10),
  /** The first time; the second time it is twice as long, and so on. */
  ejectionSeconds: seconds.default(30),
  /** Of the pods; one may always be set aside. */
  maxEjectedPercent: z.number().int().min(1).max(100).default(10),
});

/**
 * How callers' proxies treat the service: a DestinationRule. Every caller whose proxy is Istio's keeps to it: the gateway of
 * class istio, and services in the mesh.
 */
export const specTrafficPolicy = z.object({
  loadBalancing: loadBalancing.nullable().default(null),
  connectionPool: connectionPool.nullable().default(null),
  outlierDetection: outlierDetection.nullable().default(null),
});
export type TrafficPolicy = z.output<typeof specTrafficPolicy>;

export const TRAFFIC_POLICY_PARTS = ["loadBalancing", "connectionPool", "outlierDetection"] as const;
export type TrafficPolicyPart = (typeof TRAFFIC_POLICY_PARTS)[number];
