import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { carriedBy, carrierOf, lossesOn, servedRoutes, targetOf } from "#lib/apps/spec/gateway-rules";
import { NO_TRAFFIC_RULES } from "#lib/apps/spec/traffic-schema";
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
        const unserved = lossesOn("ingress", exposure.routes).filter(({ is }) => is === "unserved");
        expect(served.length + unserved.length).toBe(exposure.routes.length);
        // A condition that nobody asks any more would let strangers in.
        for (const { traffic } of served) {
          expect([...(traffic?.methods ?? []), ...(traffic?.headers ?? [])]).toEqual([]);
          expect(traffic?.rewritePath ?? null).toBeNull();
        }
      }),
    );
  });

  it("lose no rule that nobody made", () => {
    const route = { host: "a.test", path: "/", pathType: "prefix" as const, port: 80, traffic: NO_TRAFFIC_RULES };
    expect(lossesOn("ingress", [route])).toEqual([]);
  });
});
