import { describe, expect, it } from "vitest";
import { PLAIN_SIDECAR } from "#lib/apps/spec/sidecar-schema";
import { RESOURCE_PRESETS } from "#lib/apps/spec-schema";
import { FIRST, wrong } from "./first-settings.ts";

const limited = {
  exposure: {
    gatewayClass: "istio",
    routes: FIRST.exposure.routes.map((route) => ({
      ...route,
      traffic: { rateLimit: { requests: 5, per: "second", burst: 5 } },
    })),
  },
};
const REFUSED: [string, object, string, string][] = [
  ["one that says nothing", {}, "sidecar", "sidecar.empty"],
  ["a port twice", { excludeOutboundPorts: [5432, 5432] }, "sidecar.excludeOutboundPorts.1", "duplicate"],
  [
    "a range without its length",
    { excludeOutboundRanges: ["10.8.0.0"] },
    "sidecar.excludeOutboundRanges.0",
    "range.cidr",
  ],
  [
    "a request over its limit",
    { resources: { ...RESOURCE_PRESETS.small, cpuRequestMillis: 300 } },
    "sidecar.resources.cpuRequestMillis",
    "resources.request-over-limit",
  ],
];

describe("what is said of a proxy", () => {
  it.each(REFUSED)("is refused: %s", (_, sidecar, path, message) => {
    expect(wrong({ sidecar })).toEqual([[path, message]]);
  });

  it("cannot take away the proxy that counts what a route is limited to", () => {
    const sidecar = { ...PLAIN_SIDECAR, excludeInboundPorts: [9090, 8080] };
    const meshed = { meshMode: "mesh", ...limited };
    expect(wrong({ ...meshed, sidecar })).toEqual([["sidecar.excludeInboundPorts.1", "sidecar.limited-port"]]);
    expect(wrong({ meshMode: "mesh", sidecar })).toEqual([]);
  });
});
