import { z } from "zod";
import { headerEdit, headerName } from "./header-schema.ts";
import { headerMatch, pathExpression, queryMatch } from "./match-schema.ts";
import { dnsLabel, portNumber } from "./names-schema.ts";
import { routeRateLimit } from "./rate-limit-schema.ts";
import { routeRedirect } from "./redirect-schema.ts";

/** Of HTTP (RFC 9110, 9.1) and PATCH (RFC 5789). */
export const HTTP_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const;
const methods = z.array(z.enum(HTTP_METHODS)).max(HTTP_METHODS.length);

const MOST_MS = 600_000;
const milliseconds = z.number().int().min(1).max(MOST_MS);
const percent = z.number().int().min(1).max(100);

/** When a try counts as failed (Envoy's x-envoy-retry-on). */
export const RETRY_ON = [
  "5xx",
  "gateway-error",
  "connect-failure",
  "refused-stream",
  "reset",
  "retriable-4xx",
] as const;

export const routeRetries = z.object({
  /** After the first one. */
  attempts: z.number().int().min(1).max(10),
  perTryTimeoutMs: milliseconds.nullable(),
  on: z.array(z.enum(RETRY_ON)).min(1).max(RETRY_ON.length),
});

/** What a share of the requests meets on purpose, before they reach a pod. */
export const routeFault = z.object({
  delay: z.object({ percent, ms: milliseconds }).nullable(),
  abort: z.object({ percent, status: z.number().int().min(400).max(599) }).nullable(),
});

/** A copy of a share of the requests, to another service of the same environment; nobody waits for its answers. */
export const routeMirror = z.object({ service: dnsLabel, port: portNumber, percent });

export const routeCors = z.object({
  /** An origin as browsers send it (https://shop.example), or "*". */
  origins: z
    .array(
      z
        .string()
        .max(253)
        .regex(/^(\*|https?:\/\/[^\s/]+)$/, "cors.origin"),
    )
    .min(1)
    .max(20),
  methods: methods.min(1),
  headers: z.array(headerName).max(30),
  credentials: z.boolean(),
  maxAgeSeconds: z.number().int().min(0).max(86_400),
});

/**
 * What a route asks of requests beside host and path, and what happens to them on the way
 * (istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRoute). What a gateway can do of it says gateway-rules.ts.
 */
export const routeTraffic = z.object({
  /** Empty: any. */
  methods: methods.default([]),
  headers: z.array(headerMatch).max(10).default([]),
  query: z.array(queryMatch).max(10).default([]),
  pathRegex: pathExpression.nullable().default(null),
  timeoutMs: milliseconds.nullable().default(null),
  retries: routeRetries.nullable().default(null),
  /** Takes the place of what the route's path matched. */
  rewritePath: z
    .string()
    .max(512)
    .regex(/^\/[^\s?#]*$/, "path.absolute")
    .nullable()
    .default(null),
  redirect: routeRedirect.nullable().default(null),
  rateLimit: routeRateLimit.nullable().default(null),
  headerEdits: z.array(headerEdit).max(20).default([]),
  fault: routeFault.nullable().default(null),
  mirror: routeMirror.nullable().default(null),
  cors: routeCors.nullable().default(null),
});
export type RouteTraffic = z.output<typeof routeTraffic>;

export const NO_TRAFFIC_RULES: RouteTraffic = {
  ...{ methods: [], headers: [], query: [], pathRegex: null, timeoutMs: null, retries: null },
  ...{ redirect: null, rateLimit: null, headerEdits: [] },
  ...{ rewritePath: null, fault: null, mirror: null, cors: null },
};
