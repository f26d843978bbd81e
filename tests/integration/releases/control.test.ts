import { afterAll, beforeAll, expect, test } from "vitest";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { seeWorkload } from "#lib/clusters/workload-rules";
import { abortRelease } from "#lib/releases/abort-release";
import { pauseRelease, resumeRelease } from "#lib/releases/hold/hold-release";
import { getReleaseView } from "#lib/releases/queries";
import { waitFor } from "#tests/world/wait-for";
import { killedEverywhere } from "./killed-everywhere.ts";
import { CRASHING, ReleaseWorld, serving } from "./release-world.ts";

let world: ReleaseWorld;
beforeAll(async () => {
  world = await ReleaseWorld.start();
});
afterAll(() => world.stop());

const db = () => world.database.db;
const digests = async (appId: string) => {
  const { items } = await world.kubernetes.list(KINDS.pod, "kepler-dev", { labelSelector: `kepler.dev/app=${appId}` });
  return items
    .filter((pod) => !pod.metadata.deletionTimestamp)
    .map((pod) => JSON.stringify(pod).match(/sha256:[0-9a-f]{64}/)?.[0]);
};

/** A service that runs v1 and is about to run what `cmd` starts. */
async function changing(cmd: string[]) {
  const app = await world.createApp();
  const [good, other] = [await world.createBuild(app, serving("v1")), await world.createBuild(app, cmd)];
  await world.drive(await world.request(app, { buildId: good.id }));
  return { app, good, other };
}

test("a paused release holds the Deployment and says since when and by whom; it goes on to its end when resumed", async () => {
  const { app, good, other } = await changing(serving("v2"));
  const id = await world.request(app, { buildId: other.id });
  await pauseRelease(id, app.userId, world.deps);
  const held = await world.drive(id, ({ steps }) => steps[2]?.detail?.waitingFor === "resume");
  expect(held).toMatchObject({ state: "rolling_out", paused: { by: "Lin" }, pausable: true });
  expect(seeWorkload(await world.live(KINDS.deployment, app.name))).toMatchObject({ paused: true, releaseNumber: 2 });
  expect(new Set(await digests(app.id))).toEqual(new Set([good.imageDigest]));

  await resumeRelease(id, world.deps);
  const done = await world.drive(id);
  expect(done).toMatchObject({ state: "done", paused: null });
  expect(seeWorkload(await world.live(KINDS.deployment, app.name))?.paused).toBe(false);
  expect(new Set(await digests(app.id))).toEqual(new Set([other.imageDigest]));
  const { pausedMs } = await db().release.findUniqueOrThrow({ where: { id }, select: { pausedMs: true } });
  expect(pausedMs).toBeGreaterThan(0);
  const next = "Roll back if you want what ran before.";
  await expect(pauseRelease(id, app.userId, world.deps)).rejects.toMatchObject({ code: "conflict", next });
  const first = await db().release.findFirstOrThrow({ where: { appId: app.id, number: 1 }, select: { id: true } });
  const toldNothing = { code: "conflict", next: undefined };
  await expect(pauseRelease(first.id, app.userId, world.deps)).rejects.toMatchObject(toldNothing);
  await expect(abortRelease(first.id, world.deps)).rejects.toMatchObject(toldNothing);
});

test("a paused release can be aborted and superseded, and neither leaves the Deployment held", async () => {
  const { app, good, other } = await changing(serving("v2"));
  const aborted = await world.request(app, { buildId: other.id });
  await pauseRelease(aborted, app.userId, world.deps);
  await world.drive(aborted, ({ steps }) => steps[2]?.detail?.waitingFor === "resume");
  await abortRelease(aborted, world.deps);
  expect(await world.drive(aborted)).toMatchObject({
    state: "aborted",
    paused: null,
    next: { number: 3, kind: "rollback", byKepler: true },
  });
  const restoring = await db().release.findFirstOrThrow({ where: { appId: app.id, number: 3 } });
  expect(await world.drive(restoring.id)).toMatchObject({ state: "done", imageDigest: good.imageDigest });

  // The commit that was left behind is held now: the next one goes on.
  const third = await world.createBuild(app, serving("v3"));
  const held = await world.request(app, { buildId: third.id });
  await pauseRelease(held, app.userId, world.deps);
  await world.drive(held, ({ steps }) => steps[2]?.detail?.waitingFor === "resume");
  const newer = await world.drive(await world.request(app, { buildId: third.id }));
  expect(newer).toMatchObject({ state: "done", number: 5 });
  expect(await getReleaseView(held, db())).toMatchObject({ state: "superseded", next: { number: 5, byKepler: false } });
  expect(seeWorkload(await world.live(KINDS.deployment, app.name))?.paused).toBe(false);
});

test("a failure is followed by a rollback when that was asked for", async () => {
  const { app, good, other } = await changing(CRASHING);
  const failed = await world.drive(await world.request(app, { buildId: other.id, rollbackOnFailure: true }));
  expect(failed).toMatchObject({ state: "failed", next: { number: 3, kind: "rollback", byKepler: true } });
  const back = await db().release.findFirstOrThrow({ where: { appId: app.id, number: 3 } });
  expect(back.reason).toBe("Release 2 failed.");
  expect(await world.drive(back.id)).toMatchObject({ state: "done", imageDigest: good.imageDigest, restoresNumber: 1 });
  await waitFor("the failing pods to leave", async () => new Set(await digests(app.id)).size === 1);
});

test("a failure before anything was touched is followed by no rollback", async () => {
  const { app, other } = await changing(serving("v2"));
  await db().build.update({ where: { id: other.id }, data: { imageDigest: `sha256:${"0".repeat(64)}` } });
  const failed = await world.drive(await world.request(app, { buildId: other.id, rollbackOnFailure: true }));
  expect(failed).toMatchObject({ state: "failed", next: null });
});

test("killed at any point between pause and resume, it takes up what it was told: held, then done", async () => {
  const { app, other } = await changing(serving("v2"));
  const id = await world.request(app, { buildId: other.id });
  await pauseRelease(id, app.userId, world.deps);
  await killedEverywhere(world, id, ({ steps }) => steps[2]?.detail?.waitingFor === "resume");
  await resumeRelease(id, world.deps);
  const met = await killedEverywhere(world, id, ({ state }) => state === "done");
  expect(met).toContain("release.apply.Deployment.after-effect");
  expect(seeWorkload(await world.live(KINDS.deployment, app.name))?.paused).toBe(false);
});
