import { describe, expect, it, test } from "vitest";
import { policyKeepers, restingParts } from "#lib/apps/spec/traffic-policy-rules";
import { specTrafficPolicy } from "#lib/apps/spec/traffic-policy-schema";
import { wrong } from "./first-settings.ts";

const pool = { maxConnections: null, maxPendingRequests: null, maxRequestsPerConnection: null, connectTimeoutMs: null };
const REFUSED: [string, object, string, string][] = [
  ["one that says nothing", {}, "trafficPolicy", "policy.empty"],
  ["limits of nothing", { connectionPool: pool }, "trafficPolicy.connectionPool", "policy.empty"],
  [
    "outliers without errors",
    { outlierDetection: { consecutive5xx: null } },
    "trafficPolicy.outlierDetection.consecutive5xx",
    "policy.no-errors",
  ],
  [
    "a header in capitals",
    { loadBalancing: { by: "header", name: "X-User" } },
    "trafficPolicy.loadBalancing.name",
    "header.name",
  ],
  [
    "a cookie with a space",
    { loadBalancing: { by: "cookie", name: "my sid", ttlSeconds: 0 } },
    "trafficPolicy.loadBalancing.name",
    "cookie.name",
  ],
  [
    "a parameter with its value",
    { loadBalancing: { by: "query", name: "u=1" } },
    "trafficPolicy.loadBalancing.name",
    "query.name",
  ],
];

describe("a traffic policy", () => {
  it.each(REFUSED)("is refused: %s", (_, trafficPolicy, path, message) => {
    expect(wrong({ trafficPolicy })).toEqual([[path, message]]);
  });

  it("is refused where nobody can call, and where its figures are none", () => {
    const trafficPolicy = { loadBalancing: { by: "random" } };
    const nothing = { ports: [], readinessProbe: null, exposure: null };
    expect(wrong({ trafficPolicy, ...nothing })).toEqual([["trafficPolicy", "policy.no-port"]]);
    // Istio reads 0 as its default: "none may wait" cannot be said.
    const [problem] = wrong({ trafficPolicy: { connectionPool: { ...pool, maxPendingRequests: 0 } } });
    expect(problem?.[0]).toBe("trafficPolicy.connectionPool.maxPendingRequests");
  });
});

test("is kept to by Istio's proxies alone, and rests at the other gateway", () => {
  const at = (gatewayClass: "istio" | "ingress", failedOverTo?: "ingress") => ({
    exposure: { gatewayClass, ...(failedOverTo && { failedOverTo }) },
  });
  const callers = { meshCallers: true };
  const none = { meshCallers: false };
  expect(policyKeepers(at("istio"), callers)).toEqual(["gateway", "mesh"]);
  expect(policyKeepers(at("istio", "ingress"), none)).toEqual([]);
  expect(policyKeepers(at("ingress"), callers)).toEqual(["mesh"]);
  expect(policyKeepers({ exposure: null }, none)).toEqual([]);
  const policy = specTrafficPolicy.parse({ loadBalancing: { by: "random" }, outlierDetection: { consecutive5xx: 5 } });
  expect(restingParts("ingress", policy)).toEqual(["loadBalancing", "outlierDetection"]);
  expect(restingParts("ingress", undefined)).toEqual([]);
  expect(restingParts("istio", policy)).toEqual([]);
});
