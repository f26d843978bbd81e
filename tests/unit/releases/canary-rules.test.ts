import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { APP_LABEL, TRACK_LABEL } from "#lib/clusters/label-rules";
import { judge, limitsOf, type Side } from "#lib/releases/canary/judge-rules";
import { noCanaryBecause } from "#lib/releases/canary/refusal-rules";
import { type CanaryPlan, type CanaryStanding, canaryPlan } from "#lib/releases/canary/schema";
import { begins, decideStage, replicasFor, seenReady, shifted, stageEndsAtMs } from "#lib/releases/canary/stage-rules";
import { type Manifest, renderManifests } from "#lib/releases/manifests";
import { plainSpec } from "./plain-spec.ts";

const side = (change: Partial<Side> = {}): Side => ({ requests: 1_000, errorShare: 0, p95Ms: 100, ...change });

describe("the judge of a canary", () => {
  test("says nothing of a few requests, whatever became of them", () => {
    expect(judge({ stable: side(), canary: side({ requests: 19, errorShare: 1 }) }).is).toBe("unknown");
  });

  test.each<[string, Partial<Side>, Partial<Side>, "well" | "worse"]>([
    ["as good", {}, {}, "well"],
    ["few more failures", {}, { errorShare: 0.05 }, "well"],
    ["many more failures", {}, { errorShare: 0.06 }, "worse"],
    ["as bad as what runs", { errorShare: 0.3 }, { errorShare: 0.3 }, "well"],
    ["a little slower", {}, { p95Ms: 200 }, "well"],
    ["much slower", {}, { p95Ms: 201 }, "worse"],
    ["slower than what nobody asks any more", { requests: 0, p95Ms: null }, { p95Ms: 5_000 }, "well"],
    ["slower, by a few requests", {}, { requests: 99, p95Ms: 5_000 }, "well"],
  ])("finds %s", (_, stable, canary, is) => {
    expect(judge({ stable: side(stable), canary: side(canary) }).is).toBe(is);
  });
});

test("what a canary may come to is told as soon as it is judged, a time only of enough requests on both sides", () => {
  const beside = (requests: number) =>
    limitsOf({ stable: side({ errorShare: 0.1 }), canary: side({ requests, errorShare: 0, p95Ms: 1 }) });
  expect([beside(19), beside(99), beside(100)]).toEqual([
    null,
    { errorShare: expect.closeTo(0.15), p95Ms: null },
    { errorShare: expect.closeTo(0.15), p95Ms: 200 },
  ]);
});

const START = new Date("2026-01-01T00:00:00Z");
const later = (seconds: number) => new Date(START.getTime() + seconds * 1000);
const plan = (promotion: CanaryPlan["promotion"]): CanaryPlan => ({
  steps: [10, 50].map((weight) => ({ weight, pauseSeconds: 60 })),
  promotion,
});
const serving = (stage: number, heldMs = 0): CanaryStanding => shifted({ ...begins(START), stage }, 10, heldMs, START);
const well = { stable: side(), canary: side() };
const look = (
  promotion: CanaryPlan["promotion"],
  change: Partial<Parameters<typeof decideStage>[0]>,
  seconds: number,
) =>
  decideStage(
    { plan: plan(promotion), standing: serving(0), held: false, heldMs: 0, sides: well, ...change },
    later(seconds),
  );

describe("a stage of a canary", () => {
  test("lasts its pause, without the time for which a person held the release", () => {
    expect(look("automatic", {}, 59).facts).toMatchObject({ stage: 0, waitingFor: "time" });
    expect(look("automatic", {}, 60).facts).toMatchObject({ stage: 1, since: null, weight: 10 });
    expect(look("automatic", { heldMs: 30_000 }, 89).facts).toMatchObject({ stage: 0 });
    expect(look("automatic", { heldMs: 30_000, standing: serving(0, 30_000) }, 60).facts).toMatchObject({ stage: 1 });
  });

  test("tells when its pause will be over, later by what it was held since its share, and nothing before that", () => {
    const endsIn = (standing: CanaryStanding, heldMs: number) =>
      (stageEndsAtMs(plan("manual"), standing, heldMs) ?? Number.NaN) - START.getTime();
    expect(endsIn(serving(0), 0)).toBe(60_000);
    expect(endsIn(serving(0, 10_000), 25_000)).toBe(75_000);
    expect(endsIn({ ...serving(0), since: null }, 0)).toBeNaN();
  });

  test("ends the trial after the last: by figures, or by a person alone", () => {
    expect(look("automatic", { standing: serving(1) }, 60).is).toBe("done");
    expect(look("manual", { standing: serving(1) }, 6_000)).toMatchObject({
      is: "wait",
      facts: { waitingFor: "person" },
    });
  });

  test("is not ended by silence where figures decide, and is where a person does", () => {
    const silent = { ...well, canary: side({ requests: 3 }) };
    for (const [sides, waitingFor] of [
      [silent, "requests"],
      [null, "metrics"],
      ["unreachable", "prometheus"],
    ] as const) {
      expect(look("automatic", { sides }, 6_000)).toMatchObject({ is: "wait", facts: { stage: 0, waitingFor } });
      expect(look("manual", { sides }, 60).facts).toMatchObject({ stage: 1 });
    }
  });

  test("fails as soon as the canary is worse, whoever was to promote it", () => {
    for (const promotion of ["automatic", "manual"] as const) {
      expect(look(promotion, { sides: { ...well, canary: side({ errorShare: 1 }) } }, 1).is).toBe("failed");
    }
  });

  test("goes nowhere while a person holds it or its pods start, and is judged all the same", () => {
    const bad = { ...well, canary: side({ errorShare: 1 }) };
    const starting = { ...serving(1), since: null };
    for (const [change, waitingFor] of [
      [{ held: true }, "resume"],
      [{ standing: starting }, "pods"],
    ] as const) {
      expect(look("automatic", change, 6_000)).toMatchObject({ is: "wait", facts: { waitingFor, canaryErrors: 0 } });
      expect(look("manual", { ...change, sides: bad }, 6_000).is).toBe("failed");
    }
    const away = seenReady(serving(0), false, later(100));
    expect(look("manual", { held: true, standing: away }, 161).is).toBe("failed");
  });

  test("does not end while its pods are away, and fails when they are for a minute", () => {
    const away = seenReady(serving(0), false, later(100));
    expect(look("automatic", { standing: away }, 160)).toMatchObject({
      is: "wait",
      facts: { stage: 0, waitingFor: "pods" },
    });
    expect(look("automatic", { standing: seenReady(away, false, later(130)) }, 161).is).toBe("failed");
    expect(look("automatic", { standing: seenReady(away, true, later(161)) }, 161).facts).toMatchObject({ stage: 1 });
  });

  test("has pods for its share of those that run, at least one, and never fewer than before", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 }), fc.nat(200), fc.nat(200), (weight, running, has) => {
        const pods = replicasFor(weight, { running, has });
        expect(pods).toBeGreaterThanOrEqual(Math.max(1, has));
        expect(pods * 100).toBeGreaterThanOrEqual(running * weight);
        expect(pods).toBeLessThanOrEqual(Math.max(1, has, running));
      }),
    );
  });
});

describe("a canary's objects", () => {
  const routes = [{ host: "a.test", path: "/", pathType: "prefix" as const, port: 8080 }];
  const spec = plainSpec({ replicas: 2, exposure: { gatewayClass: "istio", routes } });
  const place = { app: { id: "a-1", name: "shop" }, namespace: "dev", spec, releaseNumber: 7, podRelease: 7 };
  const plain = renderManifests(place);
  const render = (weight: number) => renderManifests({ ...place, canary: { weight, replicas: 1 } });
  const named = (manifests: Manifest[], kind: string, name: string) =>
    manifests.find((each) => each.kind === kind && each.metadata.name === name);

  test("stand beside what runs, before the route that names them, and change nothing of it", () => {
    const manifests = render(0);
    expect(manifests.filter((each) => plain.some((one) => isDeepStrictEqual(one, each)))).toEqual(plain);
    const kinds = manifests.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    expect(kinds.filter((each) => each.endsWith("-canary"))).toEqual(["Service shop-canary", "Deployment shop-canary"]);
    expect(kinds.indexOf("Deployment shop-canary")).toBeLessThan(kinds.indexOf("VirtualService shop"));
  });

  test("are the app's own, and its pods are not found by what counts or calls the app's", () => {
    const found = z.object({
      spec: z.object({
        selector: z.object({ matchLabels: z.record(z.string(), z.string()) }),
        template: z.object({ metadata: z.object({ labels: z.record(z.string(), z.string()) }) }),
      }),
    });
    const canary = found.parse(named(render(10), "Deployment", "shop-canary")).spec;
    const { labels } = canary.template.metadata;
    expect(labels).toMatchObject({ ...canary.selector.matchLabels, [APP_LABEL]: "a-1", [TRACK_LABEL]: "canary" });
    const { matchLabels } = found.parse(named(plain, "Deployment", "shop")).spec.selector;
    expect(Object.entries(matchLabels).every(([label, value]) => labels[label] === value)).toBe(false);
  });

  test("get exactly their share", () => {
    const shares = (weight: number) => {
      const shape = z.object({ spec: z.object({ http: z.array(z.object({ route: z.array(z.unknown()) })) }) });
      return shape.parse(named(render(weight), "VirtualService", "shop")).spec.http[0]?.route;
    };
    const to = (name: string) => ({ destination: { host: `${name}.dev.svc.cluster.local`, port: { number: 8080 } } });
    expect(shares(0)).toEqual([to("shop")]);
    expect(shares(30)).toEqual([
      { ...to("shop"), weight: 70 },
      { ...to("shop-canary"), weight: 30 },
    ]);
  });
});

test("weights only grow", () => {
  const weights = (...all: number[]) =>
    canaryPlan.safeParse({ steps: all.map((weight) => ({ weight, pauseSeconds: 0 })), promotion: "manual" }).success;
  expect([weights(10, 50, 100), weights(100)]).toEqual([true, true]);
  expect([weights(50, 50), weights(50, 10), weights(0), weights(101), weights()]).not.toContain(true);
});

describe("a canary is refused", () => {
  const app = { id: "a", name: "shop" };
  const exposure = {
    gatewayClass: "istio" as const,
    routes: [{ host: "a.test", path: "/", pathType: "prefix" as const, port: 8080 }],
  };
  const running = { spec: plainSpec({ exposure }), done: true };
  const image = { ...running.spec.image, digest: `sha256:${"b".repeat(64)}` };
  const spec = plainSpec({ exposure, image });
  const why = (change: Partial<Parameters<typeof noCanaryBecause>[0]>) =>
    noCanaryBecause({ app, running, spec, nameTaken: false, ...change })?.message ?? null;

  test("only where it could not be carried out", () => {
    expect(why({})).toBeNull();
  });

  test.each<[RegExp, Parameters<typeof why>[0]]>([
    [/Nothing runs there yet/, { running: null }],
    [/not a completed release/, { running: { ...running, done: false } }],
    [/Istio's gateway/, { spec: plainSpec({ image, exposure: { ...exposure, gatewayClass: "ingress" } }) }],
    [/Istio's gateway/, { running: { ...running, spec: plainSpec({}) } }],
    [/two versions/, { spec: { ...spec, strategy: { ...spec.strategy, type: "recreate" } } }],
    [/stopped service/, { spec: { ...spec, replicas: 0 } }],
    [/ports or routes/, { spec: { ...spec, exposure: { ...exposure, routes: [] } } }],
    [/where the service may call/, { spec: { ...spec, egress: { reach: "declared", hosts: [] } } }],
    [/leaves the pods/, { spec: running.spec }],
    [/called shop-canary/, { nameTaken: true }],
  ])("because of %s", (message, change) => {
    expect(why(change)).toMatch(message);
  });
});
