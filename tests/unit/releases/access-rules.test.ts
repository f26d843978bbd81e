import { describe, expect, it } from "vitest";
import { type SpecCallers } from "#lib/apps/spec/access-schema";
import { type AppSpec } from "#lib/apps/spec-schema";
import { type Caller, isLetIn, principalOf } from "#lib/releases/callers/identity-rules";
import { refusedCallers } from "#lib/releases/callers/refused-caller-rules";
import { authorizationPolicy, peerAuthentication } from "#lib/releases/manifests/access";
import { specChanges } from "#lib/releases/preview/spec-diff-rules";
import { wrong } from "../apps/first-settings.ts";
import { plainSpec } from "./plain-spec.ts";

const callers = (named: Partial<SpecCallers> = {}): SpecCallers => ({
  ...{ services: [], gateway: false, namespaces: [] },
  ...named,
});
const only = (named: Partial<SpecCallers> = {}): AppSpec["access"] => ({ callers: callers(named), mtls: "permissive" });
const STRICT: AppSpec["access"] = { callers: null, mtls: "strict" };
const at = (gatewayClass: string, more: object = {}) => ({
  exposure: { gatewayClass, ...more, routes: [{ host: "shop.test", path: "/", pathType: "prefix", port: 8080 }] },
});

describe("limits of callers", () => {
  const inside = { meshMode: "mesh", exposure: null };
  it.each([
    ["outside of the mesh", { ...at("istio"), access: only() }, "access.callers", "access.not-in-mesh"],
    ["behind the Ingress", { ...inside, ...at("ingress"), access: only() }, "access.callers", "access.ingress"],
    ["strict behind the Ingress", { ...inside, ...at("ingress"), access: STRICT }, "access.mtls", "access.ingress"],
    [
      "after a failover to the Ingress",
      { ...inside, ...at("istio", { failedOverTo: "ingress" }), access: STRICT },
      "access.mtls",
      "access.ingress",
    ],
    [
      "that shut its own routes out",
      { ...inside, ...at("istio"), access: only({ services: ["pay"] }) },
      "access.callers.gateway",
      "access.gateway-shut",
    ],
    [
      "that name one twice",
      { ...inside, access: only({ services: ["pay", "pay"] }) },
      "access.callers.services.1",
      "duplicate",
    ],
  ])("are refused %s", (_, change, path, message) => {
    expect(wrong(change)).toEqual([[path, message]]);
  });

  it.each([
    ["inside of the mesh", { ...inside, access: only({ services: ["pay"], namespaces: ["kepler-test"] }) }],
    ["with Istio's gateway", { ...inside, ...at("istio"), access: only({ gateway: true }) }],
    ["strict behind Istio's gateway", { ...inside, ...at("istio"), access: STRICT }],
    ["to nobody", { ...inside, access: only() }],
  ])("are taken %s", (_, change) => {
    expect(wrong(change)).toEqual([]);
  });
});

describe("objects of Istio", () => {
  const input = (access: AppSpec["access"]) => ({
    ...{ app: { id: "a1", name: "shop" }, namespace: "kepler-dev", releaseNumber: 1, podRelease: 1 },
    spec: plainSpec({ meshMode: "mesh", access }),
  });
  const selector = { matchLabels: { "kepler.dev/app": "a1" } };

  it("name services by their accounts, the gateway by each that it may have, and whole namespaces", () => {
    const policy = authorizationPolicy(input(only({ services: ["pay"], gateway: true, namespaces: ["kepler-test"] })));
    expect(policy?.spec).toEqual({
      ...{ selector, action: "ALLOW" },
      rules: [
        {
          from: [
            {
              source: {
                principals: [
                  "cluster.local/ns/kepler-dev/sa/pay",
                  "cluster.local/ns/istio-system/sa/istio-ingressgateway-service-account",
                  "cluster.local/ns/istio-system/sa/istio-ingressgateway",
                  "cluster.local/ns/istio-ingress/sa/istio-ingressgateway",
                ],
              },
            },
            { source: { namespaces: ["kepler-test"] } },
          ],
        },
      ],
    });
  });

  it("have no rule at all for nobody, and another name for whatever else they say", () => {
    const nobody = authorizationPolicy(input(only()));
    expect(nobody?.spec).toEqual({ selector, action: "ALLOW" });
    const somebody = authorizationPolicy(input(only({ services: ["pay"] })));
    expect(somebody?.metadata.name).not.toBe(nobody?.metadata.name);
    expect(authorizationPolicy(input(only()))).toEqual(nobody);
  });

  it("are there only where they are wanted", () => {
    expect([authorizationPolicy(input(null)), peerAuthentication(input(null))]).toEqual([null, null]);
    expect(peerAuthentication(input(only()))).toBeNull();
    expect([authorizationPolicy(input(STRICT)), peerAuthentication(input(STRICT))?.spec]).toEqual([
      null,
      { selector, mtls: { mode: "STRICT" } },
    ]);
  });
});

describe("a caller", () => {
  const pay: Caller = { workload: "pay", namespace: "kepler-dev", principal: null };
  const unknown: Caller = { workload: "unknown", namespace: "unknown", principal: null };
  const isIn = (caller: Caller, named: Partial<SpecCallers>) => isLetIn(caller, callers(named), "kepler-dev");

  it("is let in by its account, or by its namespace, and never without a sidecar", () => {
    expect(isIn(pay, { services: ["pay"] })).toBe(true);
    expect(isIn({ ...pay, namespace: "kepler-test" }, { services: ["pay"] })).toBe(false);
    expect(isIn({ ...pay, namespace: "kepler-test" }, { namespaces: ["kepler-test"] })).toBe(true);
    expect(isIn({ ...pay, principal: principalOf("kepler-dev", "other") }, { services: ["pay"] })).toBe(false);
    expect(isIn(unknown, { services: ["unknown"], namespaces: ["unknown"] })).toBe(false);
  });

  const meshed = plainSpec({ meshMode: "mesh" });
  const told = (access: AppSpec["access"], found: Caller[] | null, before: AppSpec | null = meshed) =>
    refusedCallers({
      ...{ before, after: { ...meshed, access }, namespace: "kepler-dev", callers: found, unknown: [] },
    }).map(({ error }) => error.message);

  it("that would be refused is named, unless nothing changes for it", () => {
    const elsewhere = { ...pay, namespace: "kepler-test" };
    expect(told(only({ services: ["pay"] }), [pay])).toEqual([]);
    expect(told(only(), [pay, elsewhere])).toEqual([
      "These called it in the last hour and would be refused: pay, kepler-test/pay.",
    ]);
    expect(told(STRICT, [pay, unknown])).toEqual([
      "Callers without a sidecar called it in the last hour; their connections would be cut.",
    ]);
    expect(told(only(), [pay], { ...meshed, access: only() })).toEqual([]);
    expect(told(only(), [], null)).toEqual([]);
  });

  it("that nobody could count is told of as such", () => {
    expect(told(only(), null)).toEqual(["Who called it in the last hour is not known: Prometheus could not be asked."]);
    expect(told(only({ services: ["pay"] }), [pay], plainSpec())).toEqual([
      "Callers without a sidecar are not counted yet: it is not in the mesh itself.",
    ]);
  });
});

it("changes of callers are told one by one", () => {
  const spec = (access: AppSpec["access"]) => plainSpec({ meshMode: "mesh", access });
  expect(specChanges(spec(only({ services: ["pay"] })), spec(only({ gateway: true })))).toEqual([
    { field: "caller", before: "pay (service)", after: null },
    { field: "caller", before: null, after: "gateway (istio)" },
  ]);
  expect(specChanges(spec(null), spec(only()))).toEqual([
    { field: "mtls", before: null, after: "permissive" },
    { field: "caller", before: null, after: "nobody (at all)" },
  ]);
});
