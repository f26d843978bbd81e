import fc from "fast-check";
import { lossesOn } from "#lib/apps/spec/gateway-rules";
import { NO_TRAFFIC_RULES, type RouteTraffic } from "#lib/apps/spec/traffic-schema";

const traffic = fc.option(
  fc.constantFrom<RouteTraffic>(
    NO_TRAFFIC_RULES,
    { ...NO_TRAFFIC_RULES, timeoutMs: 500 },
    { ...NO_TRAFFIC_RULES, methods: ["GET"], headers: [{ name: "x-canary", match: "exact", value: "yes" }] },
    { ...NO_TRAFFIC_RULES, headers: [{ name: "x-canary", match: "regex", value: "yes" }], rewritePath: "/v2" },
    { ...NO_TRAFFIC_RULES, pathRegex: "orders/[0-9]+" },
    { ...NO_TRAFFIC_RULES, query: [{ name: "beta", match: "exact", value: "1" }] },
    { ...NO_TRAFFIC_RULES, retries: { attempts: 3, perTryTimeoutMs: null, on: ["5xx"] } },
    { ...NO_TRAFFIC_RULES, retries: { attempts: 3, perTryTimeoutMs: 100, on: ["5xx", "reset"] } },
    { ...NO_TRAFFIC_RULES, fault: { delay: { percent: 5, ms: 100 }, abort: null } },
    { ...NO_TRAFFIC_RULES, fault: { delay: null, abort: { percent: 5, status: 503 } } },
    { ...NO_TRAFFIC_RULES, mirror: { service: "pay", port: 8080, percent: 10 } },
    { ...NO_TRAFFIC_RULES, redirect: { scheme: "https", host: null, path: null, status: 301 } },
    { ...NO_TRAFFIC_RULES, rateLimit: { requests: 100, per: "minute", burst: 5 } },
    { ...NO_TRAFFIC_RULES, redirect: { scheme: null, host: "new.test", path: null, status: 301 } },
    { ...NO_TRAFFIC_RULES, headerEdits: [{ side: "request", action: "set", name: "x-a", value: "1" }] },
    { ...NO_TRAFFIC_RULES, headerEdits: [{ side: "response", action: "remove", name: "x-a", value: "" }] },
    {
      ...NO_TRAFFIC_RULES,
      cors: { origins: ["*"], methods: ["GET"], headers: ["x-a"], credentials: false, maxAgeSeconds: 600 },
    },
    {
      ...NO_TRAFFIC_RULES,
      cors: { origins: ["https://a.test"], methods: ["GET"], headers: [], credentials: true, maxAgeSeconds: 0 },
    },
  ),
  { nil: undefined },
);
const route = fc
  .record({
    traffic,
    host: fc.constantFrom("shop.dev.localhost", "pay.dev.localhost", "*.pay.dev.localhost"),
    path: fc.constantFrom("/", "/api", "/a=b"),
    pathType: fc.constantFrom("prefix" as const, "exact" as const),
    port: fc.constant(8080),
  })
  // Below an exact path is nothing that an expression could fit.
  .map((one) => (one.traffic?.pathRegex ? { ...one, pathType: "prefix" as const } : one));

/** Of two routes that ask for the same the second would never be reached. */
const asked = ({
  host,
  path,
  pathType,
  traffic,
}: {
  host: string;
  path: string;
  pathType: string;
  traffic?: RouteTraffic;
}) =>
  JSON.stringify([
    host,
    path,
    pathType,
    traffic?.methods ?? [],
    traffic?.headers ?? [],
    traffic?.query ?? [],
    traffic?.pathRegex ?? null,
  ]);

/** Routes, some with rules for traffic; none that another one hides. */
export const exposureArbitrary = fc
  .record({
    gatewayClass: fc.constantFrom("ingress" as const, "istio" as const),
    routes: fc.uniqueArray(route, { minLength: 1, maxLength: 3, selector: asked }),
  })
  // Not every gateway has every rule.
  .map(({ gatewayClass, routes }) => ({
    gatewayClass: lossesOn("ingress", routes, "mesh").length > 0 ? "istio" : gatewayClass,
    routes,
  }));
