import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  carriedBy,
  carrierOf,
  type GatewayClass,
  lossesOn,
  rulesCarried,
  servedRoutes,
  targetOf,
} from "#lib/apps/spec/gateway-rules";
import { NO_TRAFFIC_RULES, type RouteTraffic } from "#lib/apps/spec/traffic-schema";
import { exposureArbitrary } from "../releases/exposure-arbitrary.ts";

const carrier = fc.constantFrom("ingress" as const, "istio" as const);

describe("routes that fail over", () => {
  it("are carried by the gateway that they were moved to, and are as before when they are home again", () => {
    fc.assert(
      fc.property(exposureArbitrary, carrier, (exposure, to) => {
        const moved = carriedBy(exposure, to);
        expect(carrierOf(moved)).toBe(to);
        expect(carriedBy(moved, targetOf(moved, "home"))).toEqual(exposure);
      }),
    );
  });

  it("are all served by Istio; on Traefik each is served, served without its rules, or named as not served", () => {
    fc.assert(
      fc.property(exposureArbitrary, (exposure) => {
        expect(servedRoutes(carriedBy(exposure, "istio"))).toEqual(exposure.routes);
        const served = servedRoutes(carriedBy(exposure, "ingress"));
        const unserved = lossesOn("ingress", exposure.routes, "normal").filter(({ is }) => is === "unserved");
        expect(served.length + unserved.length).toBe(exposure.routes.length);
        // A condition that nobody asks any more would let strangers in.
        for (const { traffic } of served) {
          expect([...(traffic?.methods ?? []), ...(traffic?.headers ?? [])]).toEqual([]);
        }
      }),
    );
  });

  const route = { host: "a.test", path: "/", pathType: "prefix" as const, port: 80 };
  it.each([
    ["ingress", "normal", { timeoutMs: 5, rewritePath: "/v2" }, ["timeout"]],
    ["ingress", "normal", { retries: { attempts: 1, perTryTimeoutMs: null, on: ["connect-failure"] } }, []],
    ["ingress", "normal", { retries: { attempts: 1, perTryTimeoutMs: 9, on: ["connect-failure"] } }, ["retries"]],
    ["ingress", "normal", { retries: { attempts: 1, perTryTimeoutMs: null, on: ["5xx"] } }, ["retries"]],
    [
      "ingress",
      "normal",
      { headerEdits: [{ side: "request", action: "add", name: "x-a", value: "1" }] },
      ["headerEdits"],
    ],
    ["ingress", "normal", { headerEdits: [{ side: "request", action: "set", name: "x-a", value: "1" }] }, []],
    ["ingress", "normal", { rateLimit: { requests: 1, per: "second", burst: 1 } }, []],
    ["istio", "normal", { rateLimit: { requests: 1, per: "second", burst: 1 } }, ["rateLimit"]],
    ["istio", "mesh", { rateLimit: { requests: 1, per: "second", burst: 1 } }, []],
  ] satisfies [GatewayClass, "normal" | "mesh", Partial<RouteTraffic>, string[]][])(
    "on %s in %s mode, with %o, lose %o",
    (to, meshMode, rules, lost) => {
      const traffic = { ...NO_TRAFFIC_RULES, ...rules };
      expect(lossesOn(to, [{ ...route, traffic }], meshMode).flatMap(({ features }) => features)).toEqual(lost);
    },
  );

  it("keep the rules that do not rest, and only those", () => {
    const rules: RouteTraffic = { ...NO_TRAFFIC_RULES, timeoutMs: 5, rewritePath: "/v2" };
    expect(rulesCarried("ingress", rules, "normal")).toEqual({ ...NO_TRAFFIC_RULES, rewritePath: "/v2" });
    expect(rulesCarried("istio", rules, "normal")).toEqual(rules);
  });

  it("lose no rule that nobody made", () => {
    expect(lossesOn("ingress", [{ ...route, traffic: NO_TRAFFIC_RULES }], "normal")).toEqual([]);
  });
});
