import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AppSettings, appSettings } from "#lib/apps/spec-schema";
import { type KindRef } from "#lib/clients/kubernetes/client";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { APP_LABEL } from "#lib/clusters/label-rules";
import { abortRelease } from "#lib/releases/abort-release";
import { placesOf } from "#lib/releases/app-places";
import { type CanaryPlan } from "#lib/releases/canary/schema";
import { previewMove } from "#lib/releases/gateway/preview-move";
import { pauseRelease, promoteRelease, resumeRelease } from "#lib/releases/hold/hold-release";
import { getReleaseView } from "#lib/releases/queries";
import { type ReleaseView } from "#lib/releases/schema";
import { killedEverywhere } from "../releases/killed-everywhere.ts";
import { ReleaseWorld, SETTINGS } from "../releases/release-world.ts";
import { manyVisits } from "./load.ts";

let world: ReleaseWorld;
let gateway: string;
beforeAll(async () => {
  world = await ReleaseWorld.start("prometheus");
  if (!world.world.edge) throw new Error("needs the sandbox's gateways");
  gateway = world.world.edge.istioUrl;
}, 120_000);
afterAll(() => world.stop());

/** Says its version, with this status to everybody but the kubelet, whose probes it passes. */
const saying = (version: string, status = 200): string[] => [
  "node",
  "-e",
  `require("http").createServer((q,s)=>{s.statusCode=q.headers["user-agent"]?200:${status};s.end("${version}")}).listen(8080)`,
];

type Service = { id: string; name: string; userId: string };
const hostOf = ({ name }: Service) => `${name}.test`;

/** Runs "old" on two pods behind Istio's gateway. */
async function service(): Promise<Service> {
  const app = await world.createApp();
  const routes = [{ host: hostOf(app), path: "/", pathType: "prefix", port: 8080 }];
  const settings: AppSettings = appSettings.parse({ ...SETTINGS, exposure: { gatewayClass: "istio", routes } });
  const build = await world.createBuild(app, saying("old"));
  const view = await world.drive(await world.request(app, { buildId: build.id, settings }));
  expect(view.state).toBe("done");
  return app;
}

async function canaryOf(app: Service, cmd: string[], plan: CanaryPlan): Promise<string> {
  const build = await world.createBuild(app, cmd);
  return world.request(app, { buildId: build.id, canary: plan, expectedCurrent: 1 });
}

const detailOf = ({ steps }: ReleaseView) => steps.find(({ name }) => name === "canary")?.detail ?? {};
/** Every object of the service in the cluster, and the routes' words. */
async function stateOf(app: Service) {
  const kinds: KindRef[] = [
    KINDS.service,
    KINDS.configMap,
    KINDS.deployment,
    KINDS.virtualService,
    KINDS.destinationRule,
  ];
  const lists = await Promise.all(
    kinds.map((kind) => world.kubernetes.list(kind, "kepler-dev", { labelSelector: `${APP_LABEL}=${app.id}` })),
  );
  const objects = lists.flatMap(({ items }) => items);
  return {
    objects: objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`).sort(),
    routes: objects.filter(({ kind }) => kind === "VirtualService").map(({ spec }) => spec),
  };
}

describe.concurrent("a canary", () => {
  it("gets its share under load, is held, goes on by its figures and takes the place of what ran: no request fails", async () => {
    const app = await service();
    const before = await stateOf(app);
    const stop = new AbortController();
    const load = manyVisits(gateway, hostOf(app), { count: Number.POSITIVE_INFINITY, atOnce: 1, signal: stop.signal });
    const steps = [
      { weight: 20, pauseSeconds: 0 },
      { weight: 100, pauseSeconds: 0 },
    ];
    const id = await canaryOf(app, saying("new"), { steps, promotion: "automatic" });
    await world.drive(id, (view) => detailOf(view).weight === 20);
    await pauseRelease(id, app.userId, world.deps);
    const held = await world.drive(id, (view) => detailOf(view).waitingFor === "resume");
    expect(held).toMatchObject({ state: "canary", paused: { by: "Lin" }, stageEndsAt: null });
    const [place] = (await placesOf(world.deps.db, [app.id])).get(app.id) ?? [];
    expect(place).toMatchObject({
      currentRelease: 1,
      inFlightRelease: 2,
      inFlightReleaseId: id,
      onTrial: true,
      held: true,
    });
    const runs = await world.deps.db.release.findUnique({ where: { id: place?.currentReleaseId ?? "" } });
    expect(runs).toMatchObject({ appId: app.id, number: 1 });
    expect((await stateOf(app)).objects).toEqual(
      [...before.objects, `Deployment ${app.name}-canary`, `Service ${app.name}-canary`].sort(),
    );

    // The split over ten thousand is the sandbox's contract (edge-istio.test.ts).
    const tally = await manyVisits(gateway, hostOf(app), { count: 1_000, atOnce: 32 });
    expect([...tally.keys()].sort()).toEqual(["200 new", "200 old"]);
    // Five standard deviations of so many draws at one in five.
    expect(Math.abs((tally.get("200 new") ?? 0) / 1_000 - 0.2)).toBeLessThan(5 * Math.sqrt((0.2 * 0.8) / 1_000));

    await resumeRelease(id, world.deps);
    const done = await world.drive(id);
    stop.abort();
    expect([done.state, done.error]).toEqual(["done", null]);
    expect(detailOf(done)).toMatchObject({ weight: 100, canaryErrors: 0 });
    expect(detailOf(done).canaryRequests, "as many as the machine made in the time").toBeGreaterThan(0);
    expect([...(await load).keys()].sort()).toEqual(["200 new", "200 old"]);
    expect(await stateOf(app)).toEqual(before);
    expect([...(await manyVisits(gateway, hostOf(app), { count: 20, atOnce: 2 })).keys()]).toEqual(["200 new"]);
  }, 90_000);

  it("that fails more than what runs is rolled back by itself, and its commit is held", async () => {
    const app = await service();
    const before = await stateOf(app);
    const stop = new AbortController();
    const load = manyVisits(gateway, hostOf(app), { count: Number.POSITIVE_INFINITY, atOnce: 1, signal: stop.signal });
    const id = await canaryOf(app, saying("bad", 500), {
      steps: [{ weight: 50, pauseSeconds: 60 }],
      promotion: "automatic",
    });
    const tried = await world.drive(id, (view) => detailOf(view).weight === 50);
    expect(Date.parse(tried.stageEndsAt ?? "") - Date.parse(String(detailOf(tried).since))).toBe(60_000);
    const failed = await world.drive(id);
    expect(failed).toMatchObject({ state: "failed", stageEndsAt: null, next: { kind: "rollback", byKepler: true } });
    expect(failed.error?.message).toMatch(/^\d+(\.\d)? % of the canary's requests fail, 0 % of the others\.$/);
    expect(failed.steps.map(({ name, state }) => `${name} ${state}`)).toEqual([
      ...["check done", "canary failed", "apply skipped", "rollout skipped", "verify skipped"],
    ]);
    await world.drive(failed.next?.id ?? "", (view) => view.steps[0]?.state === "done");
    const after = await manyVisits(gateway, hostOf(app), { count: 200, atOnce: 4 });
    expect([...after.keys()]).toEqual(["200 old"]);
    expect((await world.drive(failed.next?.id ?? "")).state).toBe("done");
    stop.abort();
    // Of what a person saw nothing failed but the canary's own answers.
    expect([...(await load).keys()].sort()).toEqual(["200 old", "500 bad"]);
    expect(await stateOf(app)).toEqual(before);
    expect(await world.deps.db.heldCommit.count({ where: { appId: app.id, liftedAt: null } })).toBe(1);
  }, 90_000);

  it("of which the worker is killed at every effect and every commit ends as if nothing had happened", async () => {
    const app = await service();
    const before = await stateOf(app);
    const steps = [
      { weight: 30, pauseSeconds: 0 },
      { weight: 60, pauseSeconds: 0 },
    ];
    const id = await canaryOf(app, saying("new"), { steps, promotion: "manual" });
    await killedEverywhere(world, id, (view) => detailOf(view).waitingFor === "person");
    await promoteRelease(id, app.userId, world.deps);
    const met = await killedEverywhere(world, id, ({ state }) => state === "done");
    expect(met).toEqual(expect.arrayContaining(["release.remove.last.before-effect", "release.verify.after-commit"]));
    expect(await stateOf(app)).toEqual(before);
  }, 90_000);

  it("that is aborted, or overtaken by another release, leaves its share first and then the cluster", async () => {
    const app = await service();
    const before = await stateOf(app);
    const plan: CanaryPlan = { steps: [{ weight: 50, pauseSeconds: 600 }], promotion: "manual" };
    const first = await canaryOf(app, saying("first"), plan);
    await world.drive(first, (view) => detailOf(view).weight === 50);
    const second = await canaryOf(app, saying("second"), plan);
    await world.drive(second, (view) => detailOf(view).weight === 50);
    const both = await manyVisits(gateway, hostOf(app), { count: 200, atOnce: 4 });
    expect([...both.keys()].sort()).toEqual(["200 old", "200 second"]);
    const everything = { reads: null, moves: null };
    const place = { id: world.environmentId, to: "ingress" as const };
    const { moves } = await previewMove(everything, place, world.deps.db);
    expect(moves.find(({ appId }) => appId === app.id)).toMatchObject({ trial: { number: 3, before: 1 } });

    await abortRelease(second, world.deps);
    await killedEverywhere(world, second, ({ state }) => state === "aborted");
    const { next } = await getReleaseView(second, world.deps.db);
    await killedEverywhere(world, next?.id ?? "", ({ state }) => state === "done");
    expect(await stateOf(app)).toEqual(before);

    const scaled = world.request(app, { kind: "scale", replicas: 3, canary: plan });
    await expect(scaled).rejects.toThrow("leaves the pods as they are");
  }, 90_000);
});

describe.concurrent("a canary that is held", () => {
  it("is judged for as long as it has a share", async () => {
    const app = await service();
    const steps = [{ weight: 50, pauseSeconds: 600 }];
    const id = await canaryOf(app, saying("bad", 500), { steps, promotion: "manual" });
    await world.drive(id, (view) => detailOf(view).weight === 50);
    await pauseRelease(id, app.userId, world.deps);
    await world.drive(id, (view) => detailOf(view).waitingFor === "resume");
    const stop = new AbortController();
    const load = manyVisits(gateway, hostOf(app), { count: Number.POSITIVE_INFINITY, atOnce: 1, signal: stop.signal });
    const failed = await world.drive(id);
    stop.abort();
    await load;
    expect(failed).toMatchObject({ state: "failed", next: { kind: "rollback" } });
    await world.drive(failed.next?.id ?? "");
  }, 90_000);
});

describe.concurrent("a canary that no other release follows, or that may not begin,", () => {
  it("is left and removed also by a release that ends before it touched anything", async () => {
    const app = await service();
    const before = await stateOf(app);
    const plan: CanaryPlan = { steps: [{ weight: 50, pauseSeconds: 600 }], promotion: "manual" };
    const trial = async () => {
      await world.drive(await canaryOf(app, saying("new"), plan), (view) => detailOf(view).weight === 50);
    };
    await trial();
    const aborted = await world.request(app, {
      buildId: (await world.createBuild(app, saying("other"))).id,
      expectedCurrent: 1,
    });
    await abortRelease(aborted, world.deps);
    await killedEverywhere(world, aborted, ({ state }) => state === "aborted");
    expect(await stateOf(app)).toEqual(before);

    await trial();
    const { id: buildId } = await world.createBuild(app, saying("gone"));
    const imageDigest = `sha256:${"0".repeat(64)}`;
    await world.deps.db.build.update({ where: { id: buildId }, data: { imageDigest } });
    const refused = await world.drive(await world.request(app, { buildId, expectedCurrent: 1 }));
    expect(refused).toMatchObject({
      state: "failed",
      next: null,
      steps: [{ name: "check", state: "failed" }, {}, {}, {}],
    });
    expect(await stateOf(app)).toEqual(before);
  }, 90_000);

  it("never takes the place of somebody else's object, nor removes it", async () => {
    const app = await service();
    const name = `${app.name}-canary`;
    const ports = [{ port: 80, targetPort: 80, protocol: "TCP" }];
    const metadata = { name, namespace: "kepler-dev" };
    await world.kubernetes.apply({
      apiVersion: "v1",
      kind: "Service",
      metadata,
      spec: { selector: { by: "hand" }, ports },
    });
    const before = await world.live(KINDS.service, name);
    const plan: CanaryPlan = { steps: [{ weight: 50, pauseSeconds: 0 }], promotion: "manual" };
    const refused = await world.drive(await canaryOf(app, saying("new"), plan));
    expect(refused).toMatchObject({ state: "failed", error: { message: expect.stringContaining("not Kepler's") } });
    await world.drive(await world.request(app, { kind: "restart" }));
    expect(await world.live(KINDS.service, name)).toEqual(before);
    await world.kubernetes.delete({ ...KINDS.service, ...metadata });
  }, 90_000);
});
