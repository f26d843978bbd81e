import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { reconcileProvision } from "#lib/apps/reconcile";
import { retryProvision } from "#lib/apps/retry-provision";
import { insertBuild } from "#lib/builds/insert-build";
import { receivePush } from "#lib/builds/receive-push";
import { reconcileBuild } from "#lib/builds/reconcile";
import { requestBuild } from "#lib/builds/request-build";
import { reconcileRelease } from "#lib/releases/reconcile";
import { listInFlight, overviewFor } from "#lib/reports/queries";
import { previewRetirement } from "#lib/retire/preview-retirement";
import { listRetirements } from "#lib/retire/queries";
import { listRetirementsInput } from "#lib/retire/schema";
import { serving } from "../releases/release-world.ts";
import { leftBehind } from "./left-behind.ts";
import { NOTHING_KEPT, startRetireWorld } from "./retire-world.ts";

let world: Awaited<ReturnType<typeof startRetireWorld>>;
beforeAll(async () => {
  world = await startRetireWorld();
});
afterAll(() => world.stop());

const commit = { sha: "a".repeat(40), title: "Change it", authorName: "Lin" };
const ofMain = { ref: "main", refKind: "branch", commit, requestedById: null } as const;

describe("once a retirement is confirmed", () => {
  it("nothing new is made for the service, and each refusal says why", async () => {
    const { db, ground, direct } = world;
    const app = await world.running();
    await world.confirm(app);
    const refused = { code: "conflict", message: expect.stringContaining(`${app.name} is being retired`) };
    const inserted = db.$transaction((tx) =>
      insertBuild(tx, { ...ofMain, appId: app.id, trigger: "push", idempotencyKey: randomUUID() }),
    );
    await expect(inserted).rejects.toMatchObject(refused);
    const asking = { db, gitlab: direct.gitlab, enqueue: ground.queue.enqueue };
    const wanted = { ref: "main", refKind: "branch" as const, idempotencyKey: randomUUID() };
    await expect(requestBuild(asking, app.id, app.userId, wanted)).rejects.toMatchObject(refused);
    for (const kind of ["deploy", "scale", "restart", "configure"] as const) {
      await expect(ground.request(app, { kind }), kind).rejects.toMatchObject(refused);
    }
    await expect(ground.request(app, { kind: "rollback", restoresNumber: 1 })).rejects.toMatchObject(refused);
    await expect(retryProvision({ ...world.world }, app.id)).rejects.toMatchObject(refused);
  });

  it("a push is taken in with a verdict and built by nobody", async () => {
    const app = await world.running();
    const id = await world.confirm(app);
    const push = {
      ...{ object_kind: "push", ref: "refs/heads/main", after: commit.sha, checkout_sha: commit.sha },
      project: { id: world.project.id },
    };
    const deliver = async () => {
      const row = await world.db.app.findUniqueOrThrow({ where: { id: app.id } });
      const delivery = { app: row, event: "Push Hook", idempotencyKey: randomUUID() };
      return receivePush(world.world, delivery, JSON.stringify(push));
    };
    const ignored = { verdict: "ignored", reason: expect.stringContaining("retired") };
    expect(await deliver()).toEqual(ignored);
    await world.driveTo(id);
    expect(await deliver()).toEqual(ignored);
    expect(await world.db.build.count({ where: { appId: app.id } })).toBe(2);
    expect(await world.db.webhookDelivery.count({ where: { appId: app.id, verdict: "ignored" } })).toBe(2);
  });

  it("asking twice gives one retirement, and another name gives none", async () => {
    const app = await world.running();
    await expect(world.confirm({ ...app, name: "another" })).rejects.toMatchObject({
      code: "invalid",
      fields: [{ path: "name" }],
    });
    const both = await Promise.all([world.confirm(app), world.confirm(app)]);
    expect(new Set(both).size).toBe(1);
    expect(await world.db.retirement.count({ where: { appId: app.id } })).toBe(1);
  });
});

describe("people hear of a retirement", () => {
  const everything = { isAdmin: true, memberships: [] };

  it("in the top bar while it is under way, as a need once it has stopped, and in the list of the retired", async () => {
    const { db, proxies } = world;
    const app = await world.running();
    const actor = { ...everything, id: app.userId, username: "lin", name: "Lin", locale: null, via: { session: "" } };
    const id = await world.confirm(app);
    const flying = (await listInFlight(db, actor)).rows.filter((row) => row.app === app.name);
    expect(flying).toMatchObject([{ kind: "retirement", id, number: null, steps: 9, stepsDone: 0 }]);

    const refused = proxies.registry.trouble({ method: "DELETE", path: /manifests/, fault: { status: 405 } });
    expect((await world.driveTo(id)).state).toBe("failed");
    const { needs } = await overviewFor(actor, { whose: "teams" }, db);
    expect(needs.filter((need) => "app" in need && need.app === app.name)).toMatchObject([{ kind: "retirement", id }]);
    expect((await listInFlight(db, actor)).rows.filter((row) => row.app === app.name)).toEqual([]);

    refused.lift();
    const again = await world.again(id, app, NOTHING_KEPT);
    await world.driveTo(again);
    const listed = await listRetirements(everything, listRetirementsInput.parse({ q: app.name }), db);
    expect(listed).toMatchObject({ total: 1, rows: [{ id: again, app: app.name, state: "done", kept: 0 }] });
    const after = await overviewFor(actor, { whose: "teams" }, db);
    expect(after.needs.filter((need) => "app" in need && need.app === app.name)).toEqual([]);
  });
});

describe("the gate", () => {
  const atGate = (id: string) =>
    world.driveTo(id, ({ steps }) => steps[0]?.state === "running" && steps[0].detail !== null);

  it("aborts a release that is under way, restores nothing, and waits until its own reconciler says so", async () => {
    const { ground } = world;
    const app = await world.running();
    const build = await ground.createBuild(app, serving("2"));
    const release = await ground.request(app, { buildId: build.id });
    const rolling = await ground.drive(release, ({ state }) => state === "rolling_out");
    expect(rolling.state).toBe("rolling_out");
    const id = await world.confirm(app);
    const waiting = await atGate(id);
    expect(waiting.steps[0]).toMatchObject({ state: "running", detail: { releases: 1, builds: 0 } });
    expect((await leftBehind(world, app)).length).toBeGreaterThan(8);
    await ground.drive(release);
    const view = await world.driveTo(id);
    expect(view.state).toBe("done");
    const releases = await world.db.release.findMany({ where: { appId: app.id }, orderBy: { number: "asc" } });
    expect(releases.map(({ state }) => state)).toEqual(["done", "aborted"]);
    expect(await leftBehind(world, app)).toEqual([]);
  });

  it("takes back a build that waits, and ends a provision that has not", async () => {
    const app = await world.provisioned();
    const { db, world: deps } = world;
    const build = await db.$transaction((tx) =>
      insertBuild(tx, { ...ofMain, appId: app.id, trigger: "manual", idempotencyKey: randomUUID() }),
    );
    await db.app.update({ where: { id: app.id }, data: { provisionState: "running" } });
    await db.provisionStep.updateMany({ where: { appId: app.id, name: "job" }, data: { state: "running" } });
    const id = await world.confirm(app);
    expect((await atGate(id)).steps[0]?.detail).toEqual({ builds: 1, releases: 0, provisioning: true });

    expect(await reconcileProvision(world.provision, app.id)).toMatchObject({ requeueAfterMs: 0 });
    const ended = await db.app.findUniqueOrThrow({ where: { id: app.id }, include: { provisionSteps: true } });
    expect(ended.provisionState).toBe("failed");
    expect(ended.provisionSteps.find(({ name }) => name === "job")?.state).toBe("skipped");
    const registry = deps.registry?.client;
    if (!registry) throw new Error("no registry");
    const builds = {
      ...{ ...world.provision, registry, secrets: [], onBuildSucceeded: () => Promise.resolve() },
    };
    await reconcileBuild(builds, build.id);
    expect(await db.build.findUniqueOrThrow({ where: { id: build.id } })).toMatchObject({ state: "cancelled" });
    const view = await world.driveTo(id);
    expect(view.state).toBe("done");
    expect(await leftBehind(world, app)).toEqual([]);
  });

  it("keeps a release that was asked for at the same moment from coming up afterwards", async () => {
    const { ground } = world;
    const app = await world.running();
    const build = await ground.createBuild(app, serving("2"));
    const [asked, id] = await Promise.all([
      ground.request(app, { buildId: build.id }).catch(() => null),
      world.confirm(app),
    ]);
    await atGateOrBeyond(id);
    if (asked) await reconcileRelease(ground.deps, asked, { signal: AbortSignal.timeout(10_000) });
    expect((await world.driveTo(id)).state).toBe("done");
    expect(await leftBehind(world, app)).toEqual([]);
  });

  const atGateOrBeyond = (id: string) =>
    world.driveTo(id, ({ steps }) => steps[0]?.state === "done" || (steps[0]?.detail ?? null) !== null);
});

describe("the plan", () => {
  const plan = (app: { id: string }) => previewRetirement(world.world, app.id, { signal: AbortSignal.timeout(20_000) });

  it("names every object in every system before anything is touched, and what stays", async () => {
    const app = await world.running();
    const shown = await plan(app);
    const own = shown.items.filter(({ kind }) => kind !== "v1/Namespace");
    expect(own.map(({ kind, seen, origin }) => `${kind} ${seen} ${origin}`).sort()).toEqual([
      "apps/v1/Deployment present ledger",
      "job present ledger",
      "networking.k8s.io/v1/Ingress present ledger",
      "repository present ledger",
      "v1/Service present ledger",
      "v1/ServiceAccount present ledger",
      "webhook present ledger",
    ]);
    expect(own.find(({ kind }) => kind === "repository")?.count).toBe(2);
    expect(own.find(({ kind }) => kind === "v1/Service")?.environments).toEqual(["dev"]);
    expect(shown).toMatchObject({ repository: "samples/node-hello", builds: 2, releases: 1, left: [] });
    expect(shown.systems.map(({ error }) => error)).toEqual([null, null, null, null]);
    expect((await leftBehind(world, app)).length).toBeGreaterThan(8);
  });

  it.each(["kubernetes", "gitlab"] as const)(
    "says that %s does not answer, not that nothing is there",
    async (name) => {
      const app = await world.running();
      const outage = world.proxies[name].trouble({ path: /./, fault: { status: 503, body: "{}" } });
      const shown = await plan(app);
      outage.lift();
      const system = name === "kubernetes" ? "cluster" : name;
      const dark = shown.systems.filter(({ error }) => error !== null);
      expect(dark.map((one) => one.system.split(":")[0])).toEqual([system]);
      expect(dark[0]?.error).toMatchObject({ code: "unavailable", system: name });
      const hidden = shown.items.filter((item) => item.system.startsWith(system));
      expect(hidden.length).toBeGreaterThan(0);
      expect(hidden.every(({ seen }) => seen === "unknown")).toBe(true);
      await world.driveTo(await world.confirm(app, NOTHING_KEPT));
    },
  );
});
