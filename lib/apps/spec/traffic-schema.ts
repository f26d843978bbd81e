import { z } from "zod";
import { dnsLabel, portNumber } from "./names-schema.ts";

/** Of HTTP (RFC 9110, 9.1) and PATCH (RFC 5789). */
export const HTTP_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const;
const methods = z.array(z.enum(HTTP_METHODS)).max(HTTP_METHODS.length);

/** A header's name (RFC 9110, 5.1), in lower case as HTTP/2 has it. */
const headerName = z
  .string()
  .max(128)
  .regex(/^[!#$%&'*+.^_`|~0-9a-z-]+$/, "header.name");

/** Envoy compiles an expression for every request it meets: short ones, of its own dialect (RE2), and none else. */
const LONGEST_EXPRESSION = 200;
/** What RE2 does not have: looking around and back references (https://github.com/google/re2/wiki/Syntax). */
const NOT_IN_RE2 = /\(\?(?:[=!]|<[=!])|\\[1-9]/;

export const headerMatch = z
  .object({ name: headerName, match: z.enum(["exact", "prefix", "regex"]), value: z.string().min(1).max(1024) })
  .superRefine(({ match, value }, ctx) => {
    if (match !== "regex") return;
    const problem = value.length > LONGEST_EXPRESSION ? "regex.long" : isExpression(value) ? null : "regex.invalid";
    if (problem) ctx.addIssue({ code: "custom", path: ["value"], message: problem });
  });

function isExpression(text: string): boolean {
  if (NOT_IN_RE2.test(text)) return false;
  try {
    return new RegExp(text, "u") instanceof RegExp;
  } catch {
    return false;
  }
}

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
 * (istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRoute). Only Istio's gateway can do it.
 */
export const routeTraffic = z.object({
  /** Empty: any. */
  methods: methods.default([]),
  headers: z.array(headerMatch).max(10).default([]),
  timeoutMs: milliseconds.nullable().default(null),
  retries: routeRetries.nullable().default(null),
  /** Takes the place of what the route's path matched. */
  rewritePath: z
    .string()
    .max(512)
    .regex(/^\/[^\s?#]*$/, "path.absolute")
    .nullable()
    .default(null),
  fault: routeFault.nullable().default(null),
  mirror: routeMirror.nullable().default(null),
  cors: routeCors.nullable().default(null),
});
export type RouteTraffic = z.output<typeof routeTraffic>;

export const NO_TRAFFIC_RULES: RouteTraffic = {
  ...{ methods: [], headers: [], timeoutMs: null, retries: null },
  ...{ rewritePath: null, fault: null, mirror: null, cors: null },
};
