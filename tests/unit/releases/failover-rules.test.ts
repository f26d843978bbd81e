import { describe, expect, it } from "vitest";
import { specProbe } from "#lib/apps/spec/probe-schema";
import { specTrafficPolicy } from "#lib/apps/spec/traffic-policy-schema";
import { NO_TRAFFIC_RULES } from "#lib/apps/spec/traffic-schema";
import { type AppSpec } from "#lib/apps/spec-schema";
import { endedUntried, nextWave } from "#lib/releases/bulk/wave-rules";
import { foreignHosts } from "#lib/releases/gateway/foreign-rules";
import { probesOf, serves } from "#lib/releases/gateway/serving-rules";
import { movesTo, stateOf } from "#lib/releases/gateway/standing-rules";
import { type ReleaseState } from "#lib/releases/schema";

type Route = NonNullable<AppSpec["exposure"]>["routes"][number];
const route: Route = { host: "a.test", path: "/", pathType: "prefix", port: 8080 };
const answer = (status: number, headers: Record<string, string> = {}, text = "") => ({ status, headers, text });
const TRAEFIKS_404 = answer(404, { "x-content-type-options": "nosniff" }, "404 page not found\n");
const ENVOYS_404 = answer(404);
const APPS_404_BY_ENVOY = answer(
  404,
  { "x-envoy-upstream-service-time": "3", "x-content-type-options": "nosniff" },
  TRAEFIKS_404.text,
);

describe("a gateway that takes over", () => {
  it.each([
    ["serves what is answered", "ingress", answer(200), null, true],
    ["serves what is redirected, refused or not found by the service itself", "ingress", answer(404), null, true],
    ["does not serve what it does not know", "ingress", TRAEFIKS_404, ENVOYS_404, false],
    ["does not serve what it does not know", "istio", ENVOYS_404, answer(200), false],
    ["serves what the service does not find, told by the time that it took", "istio", APPS_404_BY_ENVOY, null, true],
    [
      "serves it also in the gateway's very words, when the other gateway passes on the same",
      "ingress",
      TRAEFIKS_404,
      APPS_404_BY_ENVOY,
      true,
    ],
    ["does not serve what it cannot reach", "ingress", answer(502), answer(200), false],
    [
      "serves a service that is not well, since the other gateway reaches it no better",
      "ingress",
      answer(503),
      answer(503),
      true,
    ],
    ["serves a service that is not well where the other gateway is silent", "ingress", answer(503), null, true],
    [
      "serves a service that is not well where the other gateway knows no such route",
      "istio",
      answer(503),
      TRAEFIKS_404,
      true,
    ],
    ["does not serve when it is silent", "istio", null, null, false],
  ] as const)("%s (%s)", (_, carrier, now, before, expected) => {
    expect(serves(carrier, now, before)).toBe(expected);
  });

  it("is asked where the service is well, and not for routes that a plain request cannot show", () => {
    const readinessProbe = specProbe.parse({
      type: "http",
      path: "/api/healthz",
      port: 8080,
      periodSeconds: 5,
      timeoutSeconds: 1,
      failureThreshold: 3,
    });
    const ask = (one: Route) => probesOf({ readinessProbe, exposure: { gatewayClass: "istio", routes: [one] } });
    expect(ask({ ...route, path: "/api" })).toEqual([{ host: "a.test", path: "/api/healthz", secure: false }]);
    expect(ask({ ...route, host: "*.a.test" })).toMatchObject([{ host: "kepler-asks.a.test" }]);
    expect(ask({ ...route, path: "/apis" })).toEqual([{ host: "a.test", path: "/apis", secure: false }]);
    expect(ask({ ...route, traffic: { ...NO_TRAFFIC_RULES, methods: ["POST"] } })).toEqual([]);
    expect(
      ask({ ...route, traffic: { ...NO_TRAFFIC_RULES, fault: { delay: null, abort: { percent: 100, status: 503 } } } }),
    ).toEqual([]);
  });
});

describe("a move", () => {
  const choosy = { ...route, traffic: { ...NO_TRAFFIC_RULES, methods: ["POST" as const] } };
  const exposed = [
    { appId: "1", app: "plain", exposure: { gatewayClass: "istio" as const, routes: [route] } },
    { appId: "2", app: "choosy", exposure: { gatewayClass: "istio" as const, routes: [choosy] } },
    { appId: "3", app: "native", exposure: { gatewayClass: "ingress" as const, routes: [route] } },
    {
      appId: "4",
      app: "guest",
      exposure: { gatewayClass: "istio" as const, failedOverTo: "ingress" as const, routes: [route] },
    },
    {
      ...{ appId: "5", app: "strict", access: { callers: null, mtls: "strict" as const } },
      exposure: { gatewayClass: "istio" as const, routes: [route] },
    },
  ].map((each) => ({ access: null, meshMode: "normal" as const, ...each }));
  const names = (to: Parameters<typeof movesTo>[0]) => {
    const { moves, stay } = movesTo(to, exposed);
    return { moves: moves.map(({ app }) => app), stay: stay.map(({ app }) => app) };
  };

  it("is about the services that another gateway carries; one whose routes would all be lost, or that takes no plain calls, stays", () => {
    expect(names("ingress")).toEqual({ moves: ["plain"], stay: ["choosy", "strict"] });
    expect(names("istio")).toEqual({ moves: ["native", "guest"], stay: [] });
    expect(names("home")).toEqual({ moves: ["guest"], stay: [] });
  });

  it("says of each service that stays what the other gateway cannot do for it", () => {
    const why = movesTo("ingress", exposed).stay.map(({ app, shut, losses }) => [app, shut, losses]);
    const unserved = { host: "a.test", path: "/", is: "unserved", features: ["methods"] };
    expect(why).toEqual([
      ["choosy", false, [unserved]],
      ["strict", true, []],
    ]);
  });

  it("says what of a service's traffic policy rests meanwhile", () => {
    const trafficPolicy = specTrafficPolicy.parse({ loadBalancing: { by: "random" } });
    const restingOf = (to: Parameters<typeof movesTo>[0]) =>
      movesTo(
        to,
        exposed.map((each) => ({ ...each, meshMode: "normal" as const, trafficPolicy })),
      ).moves.map(({ app, resting }) => [app, resting]);
    expect(restingOf("ingress")).toEqual([["plain", ["loadBalancing"]]]);
    expect(restingOf("home")).toEqual([["guest", []]]);
  });

  const wave = (...states: (ReleaseState | "refused" | null)[]) =>
    nextWave(states.map((state) => (state === "refused" ? { refused: true, state: null } : { refused: false, state })));
  it("begins with a few, and goes on when one of them is through", () => {
    expect(wave(null, null, null, null, null)).toEqual({ is: "ask", count: 3 });
    expect(wave("applying", null, null, null)).toEqual({ is: "ask", count: 2 });
    expect(wave("failed", "applying", "failed", null)).toEqual({ is: "wait" });
    expect(wave("failed", "done", "applying", null, null)).toEqual({ is: "ask", count: 2 });
    expect(wave("failed", "aborted", "failed", null)).toEqual({ is: "stop" });
    expect(wave("failed", "superseded", "failed", null)).toEqual({ is: "ask", count: 1 });
  });
  it("tries another in place of one that is refused, which says nothing of the gateway", () => {
    expect(wave("refused", "refused", "refused", null, null)).toEqual({ is: "ask", count: 2 });
    expect(wave("failed", "applying", "refused", null)).toEqual({ is: "ask", count: 1 });
    expect(wave("refused", "failed", "failed", "failed", null)).toEqual({ is: "stop" });
    const [started, waiting] = [{ startedAt: new Date(0) }, { startedAt: null }];
    const ended = (state: ReleaseState, apply: typeof waiting | typeof started) =>
      endedUntried({ state, steps: [apply] });
    expect([ended("failed", waiting), ended("aborted", waiting)]).toEqual([true, true]);
    expect([ended("failed", started), ended("pending", waiting), ended("superseded", waiting)]).toEqual([
      ...[false, false, false],
    ]);
  });
});

describe("the standing of a gateway", () => {
  const check = (state: "ok" | "warn" | "fail") => ({ name: "class" as const, state, detail: null });
  it("is as good as its worst check, and unknown without any", () => {
    expect(stateOf([])).toBe("unknown");
    expect(stateOf([check("ok")])).toBe("ready");
    expect(stateOf([check("ok"), check("warn")])).toBe("limited");
    expect(stateOf([check("warn"), check("fail")])).toBe("unready");
  });

  it("knows hosts that others' objects have, at the edge alone", () => {
    const metadata = (labels = {}) => ({ name: "x", namespace: "others", labels });
    const kepler = { "app.kubernetes.io/managed-by": "kepler" };
    const ingress = { spec: { rules: [{ host: "a.test" }] } };
    expect([...foreignHosts("ingress", [{ metadata: metadata(), ...ingress }])]).toEqual([["a.test", "others/x"]]);
    expect(foreignHosts("ingress", [{ metadata: metadata(kepler), ...ingress }]).size).toBe(0);
    const inMesh = { metadata: metadata(), spec: { hosts: ["a.test"], gateways: ["mesh"] } };
    const atEdge = { metadata: metadata(), spec: { hosts: ["b.test"], gateways: ["mesh", "public"] } };
    expect([...foreignHosts("istio", [inMesh, atEdge]).keys()]).toEqual(["b.test"]);
  });
});
