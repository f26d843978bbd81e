import fc from "fast-check";
import { expect, it } from "vitest";
import { carriedBy } from "#lib/apps/spec/gateway-rules";
import { clashOf, newClaims } from "#lib/releases/routes/route-claim-rules";
import { exposureArbitrary } from "./exposure-arbitrary.ts";

const route = { host: "a.test", path: "/", pathType: "prefix" as const, port: 8080 };
const at = (gatewayClass: "ingress" | "istio", change: object = {}) => ({
  gatewayClass,
  routes: [{ ...route, ...change }],
});
const clashes = (mine: ReturnType<typeof at>, theirs: ReturnType<typeof at>) =>
  clashOf(newClaims(null, mine), theirs) !== null;

it("a wildcard has one service at either gateway, and stands in no host's way", () => {
  const wild = { host: "*.test" };
  for (const gateway of ["ingress", "istio"] as const) {
    expect(clashes(at(gateway, wild), at(gateway, { ...wild, path: "/api" }))).toBe(true);
    expect(clashes(at(gateway), at(gateway, wild))).toBe(false);
    expect(clashes(at(gateway, wild), at(gateway))).toBe(false);
  }
});

it("what a service has already it does not claim; what it loses neither; elsewhere it is new", () => {
  fc.assert(
    fc.property(exposureArbitrary, (exposure) => {
      expect(newClaims(exposure, exposure)).toEqual([]);
      expect(newClaims(exposure, null)).toEqual([]);
      const moved = carriedBy(exposure, exposure.gatewayClass === "istio" ? "ingress" : "istio");
      expect(newClaims(exposure, moved).map(({ carrier }) => carrier)).not.toContain(exposure.gatewayClass);
    }),
  );
});

it("at an Ingress a path of a host is one service's, at Istio's gateway the whole host, and the two are apart", () => {
  expect(clashes(at("ingress"), at("ingress"))).toBe(true);
  expect(clashes(at("ingress"), at("ingress", { path: "/api" }))).toBe(false);
  expect(clashes(at("ingress"), at("ingress", { pathType: "exact" }))).toBe(false);
  expect(clashes(at("istio"), at("istio", { path: "/api" }))).toBe(true);
  expect(clashes(at("istio"), at("istio", { host: "b.test" }))).toBe(false);
  expect(clashes(at("istio"), at("ingress"))).toBe(false);
});
