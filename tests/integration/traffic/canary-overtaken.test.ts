import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { NO_TRAFFIC_RULES } from "#lib/apps/spec/traffic-schema";
import { type AppSettings } from "#lib/apps/spec-schema";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { APP_LABEL } from "#lib/clusters/label-rules";
import { workOffBulk } from "#lib/releases/bulk/work-off-bulk";
import { type CanaryPlan } from "#lib/releases/canary/schema";
import { createMove } from "#lib/releases/gateway/create-move";
import { pauseRelease } from "#lib/releases/hold/hold-release";
import { previewRelease } from "#lib/releases/preview/preview-release";
import { getReleaseView } from "#lib/releases/queries";
import { type AskedTogether, type ReleaseIntent, type ReleaseView } from "#lib/releases/schema";
import { killedEverywhere } from "../releases/killed-everywhere.ts";
import { type ReleaseWorld, serving } from "../releases/release-world.ts";
import { manyVisits, type Tally } from "./load.ts";
import { exposed, TrafficGround } from "./traffic-ground.ts";

let ground: TrafficGround;
let world: ReleaseWorld;
beforeAll(async () => {
  ground = await TrafficGround.start();
  ({ world } = ground);
});
afterAll(() => world.stop());

type App = Awaited<ReturnType<ReleaseWorld["createApp"]>>;
const HALF: CanaryPlan = { steps: [{ weight: 50, pauseSeconds: 600 }], promotion: "manual" };

/** "old" runs behind Istio's gateway, half of its visitors meet "new", and a person holds the trial. */
async function onTrial(): Promise<{ app: App; trial: string }> {
  const app = await ground.running((name) => ({ ...exposed(name, "istio"), replicas: 1 }), serving("old"));
  const { id: buildId } = await world.createBuild(app, serving("new"));
  const trial = await world.request(app, { buildId, canary: HALF, expectedCurrent: 1 });
  const detail = ({ steps }: ReleaseView) => steps.find(({ name }) => name === "canary")?.detail ?? {};
  await world.drive(trial, (view) => detail(view).weight === 50);
  await pauseRelease(trial, app.userId, world.deps);
  await world.drive(trial, (view) => detail(view).waitingFor === "resume");
  return { app, trial };
}

const visits = (app: App, count: number, signal?: AbortSignal): Promise<Tally> =>
  manyVisits(ground.edge.url, `${app.name}.test`, { count, atOnce: 1, signal });
const answersOf = async (app: App) => [...(await visits(app, 40)).keys()].sort();

/** Visitors of the service for as long as something is done to it; what they were answered. */
async function visited(app: App, during: () => Promise<unknown>): Promise<string[]> {
  const stop = new AbortController();
  const load = visits(app, Number.POSITIVE_INFINITY, stop.signal);
  await during();
  stop.abort();
  return [...(await load).keys()].sort();
}

type Wish = Partial<ReleaseIntent & AskedTogether>;
/** Asks for a change, which says before that it ends the trial, and works on it; the worker dies at every point. */
async function change(
  { app, trial }: { app: App; trial: string },
  wish: Wish,
  { becomes = "done", now = world.deps.now } = {},
): Promise<void> {
  const intent = { kind: "configure", settings: null, buildId: null, restoresNumber: null, ...wish } as const;
  const { warnings, blockers } = await previewRelease(
    app.id,
    { environmentId: world.environmentId, ...intent },
    { signal: AbortSignal.timeout(30_000) },
    { db: world.database.db, kubernetes: () => world.kubernetes, now: () => new Date() },
  );
  expect([blockers, warnings.map(({ gate }) => gate)]).toEqual([[], ["canary"]]);
  const id = await world.request(app, { ...intent, expectedCurrent: 1 });
  const dying = { deps: { ...world.deps, now } };
  await killedEverywhere(dying, id, ({ steps: [check] }) => check?.state === "done");
  expect(await answersOf(app), "before anything else is touched").toEqual(["200 old"]);
  await killedEverywhere(dying, id, ({ state }) => state === "done" || state === "failed");
  expect(await getReleaseView(id, world.deps.db)).toMatchObject({ state: becomes });
  expect(await getReleaseView(trial, world.deps.db)).toMatchObject({ state: "superseded" });
}

async function objectsOf(app: App): Promise<string[]> {
  const kinds = [KINDS.service, KINDS.deployment, KINDS.ingress, KINDS.virtualService, KINDS.destinationRule];
  const lists = await Promise.all(
    kinds.map((kind) => world.kubernetes.list(kind, "kepler-dev", { labelSelector: `${APP_LABEL}=${app.id}` })),
  );
  return lists.flatMap(({ items }) => items.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).sort();
}
const podSpecOf = (deployment: unknown) =>
  z
    .object({ spec: z.object({ template: z.object({ spec: z.object({ containers: z.array(z.looseObject({})) }) }) }) })
    .parse(deployment).spec.template.spec;
const whatRuns = (app: App, ...routes: string[]) =>
  ["Deployment", "Service", ...routes].map((kind) => `${kind} ${app.name}`).sort();

/** What ran, otherwise than it ran. */
const changed = (app: App, part: Partial<AppSettings>): AppSettings => ({
  ...exposed(app.name, "istio"),
  replicas: 1,
  ...part,
});

describe.concurrent("while a canary is held,", () => {
  it("a switch into the mesh ends it, and takes in what ran before: nobody is refused", async () => {
    const held = await onTrial();
    const { app } = held;
    expect(await visited(app, () => change(held, { meshMode: "mesh" }))).toEqual(["200 new", "200 old"]);
    expect(await answersOf(app)).toEqual(["200 old"]);
    expect((await ground.podsOf(app.id)).map(({ meshProxy }) => meshProxy !== null)).toEqual([true]);
    expect(await objectsOf(app)).toEqual(whatRuns(app, "VirtualService"));
  }, 90_000);

  it("other routes end it, and lead to what ran before alone", async () => {
    const held = await onTrial();
    const { app } = held;
    const [route] = exposed(app.name, "istio").exposure?.routes ?? [];
    const ruled = { ...route, traffic: { ...NO_TRAFFIC_RULES, timeoutMs: 5_000 } };
    const routes = [ruled, { ...route, path: "/more" }] as NonNullable<AppSettings["exposure"]>["routes"];
    const settings = changed(app, { exposure: { gatewayClass: "istio", routes } });
    expect(await visited(app, () => change(held, { settings }))).toEqual(["200 new", "200 old"]);
    expect(await answersOf(app)).toEqual(["200 old"]);
    expect(await objectsOf(app)).toEqual(whatRuns(app, "VirtualService"));
    expect(JSON.stringify(await world.live(KINDS.virtualService, app.name))).not.toContain("-canary");
  }, 90_000);

  it("a service that is no longer exposed keeps nothing of it", async () => {
    const held = await onTrial();
    const { app } = held;
    const seen = await visited(app, () => change(held, { settings: changed(app, { exposure: null }) }));
    // Until the gateways have forgotten the route.
    expect(seen.filter((answer) => !answer.startsWith("404"))).toEqual(["200 new", "200 old"]);
    expect(await objectsOf(app)).toEqual(whatRuns(app));
  }, 90_000);

  it("a change that fails ends it all the same: what ran before serves alone", async () => {
    const held = await onTrial();
    const { app } = held;
    const settings = changed(app, { command: ["node", "-e", "process.exit(7)"], meshMode: "mesh" });
    // Every look at this clock is 20 s later: no test waits for a rollout's patience.
    let late = 0;
    const now = () => new Date(Date.now() + 20_000 * late++);
    const seen = await visited(app, () => change(held, { settings }, { becomes: "failed", now }));
    expect(seen).toEqual(["200 new", "200 old"]);
    expect(await answersOf(app)).toEqual(["200 old"]);
    expect(await objectsOf(app)).toEqual(whatRuns(app, "VirtualService"));
  }, 90_000);

  it("a change of gateway whose last proof fails leaves no route at the gateway that was left", async () => {
    const { app, trial } = await onTrial();
    const settings = changed(app, { exposure: exposed(app.name, "ingress").exposure });
    const id = await world.request(app, { kind: "configure", settings, expectedCurrent: 1 });
    await world.drive(id, ({ state }) => state === "verifying");
    const live = await world.live(KINDS.deployment, app.name);
    const { imageRepository, imageDigest } = await world.createBuild(app, serving("by hand"));
    const [container] = podSpecOf(live).containers;
    const containers = [{ ...container, image: `${imageRepository}@${imageDigest}` }];
    const ref = { ...KINDS.deployment, namespace: "kepler-dev", name: app.name };
    await world.kubernetes.mergePatch(ref, { spec: { template: { spec: { containers } } } });

    let late = 0;
    const now = () => new Date(Date.now() + 20_000 * late++);
    expect(await world.drive(id, undefined, { ...world.deps, now })).toMatchObject({ state: "failed" });
    expect(await getReleaseView(trial, world.deps.db)).toMatchObject({ state: "superseded" });
    expect(await objectsOf(app)).toEqual(whatRuns(app, "Ingress"));
  }, 90_000);

  it("a failover ends it: what ran before is carried by the other gateway, and comes home without it", async () => {
    const { app, trial } = await onTrial();
    const { teamId } = await world.deps.db.app.findUniqueOrThrow({ where: { id: app.id } });
    const reach = { reads: null, moves: [teamId] };
    const move = async (to: "ingress" | "home") => {
      const wish = { id: world.environmentId, to, reason: null, idempotencyKey: randomUUID() };
      const { bulkId } = await createMove({ id: app.userId }, reach, wish, world.deps);
      await workOffBulk(world.deps, bulkId, { signal: AbortSignal.timeout(30_000) });
      const where = { appId: app.id, state: "pending" as const };
      const { id } = await world.deps.db.release.findFirstOrThrow({ where });
      await killedEverywhere(world, id, ({ state }) => state === "done" || state === "failed");
      expect(await getReleaseView(id, world.deps.db)).toMatchObject({ state: "done", error: null });
    };
    expect(await visited(app, () => move("ingress"))).toEqual(["200 new", "200 old"]);
    expect(await getReleaseView(trial, world.deps.db)).toMatchObject({ state: "superseded" });
    expect(await answersOf(app)).toEqual(["200 old"]);
    expect(await objectsOf(app)).toEqual(whatRuns(app, "Ingress"));
    expect(await visited(app, () => move("home"))).toEqual(["200 old"]);
    expect(await objectsOf(app)).toEqual(whatRuns(app, "VirtualService"));
  }, 90_000);
});
