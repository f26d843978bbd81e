import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { abortRelease } from "#lib/releases/abort-release";
import { listHeldCommits } from "#lib/releases/hold/held-commits";
import { liftHold } from "#lib/releases/hold/lift-hold";
import { previewRelease } from "#lib/releases/preview/preview-release";
import { releaseAfterBuild } from "#lib/releases/release-after-build";
import { ReleaseWorld, serving } from "./release-world.ts";

let world: ReleaseWorld;
beforeAll(async () => {
  world = await ReleaseWorld.start();
});
afterAll(() => world.stop());

const db = () => world.database.db;
const numbersOf = async (appId: string) =>
  (await db().release.findMany({ where: { appId }, orderBy: { number: "asc" } })).map(({ number }) => number);

/** A service that ran `first`, then `second`, and was rolled back to `first`. */
async function rolledBack() {
  const app = await world.createApp({ replicas: 1 });
  const { teamId } = await db().app.findUniqueOrThrow({ where: { id: app.id }, select: { teamId: true } });
  const [first, second] = [await world.createBuild(app, serving("v1")), await world.createBuild(app, serving("v2"))];
  for (const { id } of [first, second]) await world.drive(await world.request(app, { buildId: id }));
  const back = await world.request(app, { kind: "rollback", restoresNumber: 1, reason: "It loses orders." });
  await world.drive(back);
  return { app: { ...app, teamId }, first, second };
}

test("what was rolled back from is released by nothing until a person lifts the hold, with a reason", async () => {
  const { app, first, second } = await rolledBack();
  expect(await listHeldCommits(app.id, db())).toMatchObject([
    { commitSha: second.commitSha, environment: "dev", by: "Lin", reason: "It loses orders.", releaseNumber: 3 },
  ]);
  await db().app.update({ where: { id: app.id }, data: { autoReleaseEnvId: world.environmentId } });
  const auto = (id: string) => db().$transaction((tx) => releaseAfterBuild(tx, { id }, world.deps));
  await auto(second.id);
  expect(await numbersOf(app.id)).toEqual([1, 2, 3]);

  // By hand, too: the preview says who and why, and confirming is refused, also as a restore of the old release.
  const intent = { environmentId: world.environmentId, kind: "deploy" as const, buildId: second.id };
  const preview = await previewRelease(
    app.id,
    { ...intent, settings: null, restoresNumber: null },
    { signal: AbortSignal.timeout(10_000) },
    { db: db(), kubernetes: () => world.kubernetes, now: () => new Date() },
  );
  expect(preview.hold).toMatchObject({ commitSha: second.commitSha });
  expect(preview.blockers[0]?.message).toContain("It loses orders");
  await expect(world.request(app, { buildId: second.id })).rejects.toMatchObject({ code: "conflict" });
  const restore = { kind: "rollback" as const, restoresNumber: 2 };
  await expect(world.request(app, restore)).rejects.toMatchObject({ code: "conflict" });
  expect(await numbersOf(app.id)).toEqual([1, 2, 3]);

  const lift = { environmentId: world.environmentId, commitSha: second.commitSha, reason: "The orders were there." };
  await liftHold(app, app.userId, lift, world.deps);
  expect(await listHeldCommits(app.id, db())).toEqual([]);
  await expect(liftHold(app, app.userId, lift, world.deps)).rejects.toMatchObject({ code: "not-found" });
  await auto(second.id);
  expect(await numbersOf(app.id)).toEqual([1, 2, 3, 4]);
  // What is not held was never in the way.
  await world.request(app, { buildId: first.id });
});

test("a rollback of the rollback holds nothing: the older commit did no harm", async () => {
  const { app, second } = await rolledBack();
  const lift = { environmentId: world.environmentId, commitSha: second.commitSha, reason: "Fixed elsewhere." };
  await liftHold(app, app.userId, lift, world.deps);
  await world.request(app, { kind: "rollback", restoresNumber: 2 });
  expect(await listHeldCommits(app.id, db())).toEqual([]);
});

test("settings that change or go back hold no commit, and a held one stays held in another place only there", async () => {
  const { app, second } = await rolledBack();
  await world.request(app, { kind: "rollback", restoresNumber: 2, restore: "settings" });
  const held = await listHeldCommits(app.id, db());
  expect(held.map(({ commitSha }) => commitSha)).toEqual([second.commitSha]);
  const elsewhere = await db().environment.findUniqueOrThrow({ where: { name: "test" }, select: { id: true } });
  const there = { environmentId: elsewhere.id, expectedCurrent: null, idempotencyKey: randomUUID() };
  await world.request(app, { buildId: second.id, ...there });
});

test("an abort holds the commit that it stopped, and going back is not refused by a hold", async () => {
  const app = await world.createApp({ replicas: 1 });
  const [first, second] = [await world.createBuild(app, serving("v1")), await world.createBuild(app, serving("v2"))];
  await world.drive(await world.request(app, { buildId: first.id }));
  const doomed = await world.request(app, { buildId: second.id });
  await world.drive(doomed, ({ state }) => state === "rolling_out");
  await abortRelease(doomed, world.deps);
  await world.drive(doomed);
  expect(await listHeldCommits(app.id, db())).toMatchObject([
    { commitSha: second.commitSha, by: null, reason: "Release 2 was aborted.", releaseNumber: 3 },
  ]);
});

test("an old release can be restored whole, by its image alone, or by its settings alone", async () => {
  const app = await world.createApp({ replicas: 1, env: [{ name: "LEVEL", value: "one" }] });
  const [first, second] = [await world.createBuild(app, serving("v1")), await world.createBuild(app, serving("v2"))];
  await world.drive(await world.request(app, { buildId: first.id }));
  const { spec } = await db().release.findFirstOrThrow({ where: { appId: app.id }, select: { spec: true } });
  expect(spec).toMatchObject({ env: [{ name: "LEVEL", value: "one" }] });
  const two = { env: [{ name: "LEVEL", value: "two" }] };
  const draft = await db().appSpecDraft.findFirstOrThrow({ where: { appId: app.id } });
  const settings = { ...Object(draft.spec), ...two };
  await world.drive(await world.request(app, { buildId: second.id, settings }));

  const image = await world.drive(await world.request(app, { kind: "rollback", restoresNumber: 1, restore: "image" }));
  expect(image).toMatchObject({ state: "done", imageDigest: first.imageDigest, spec: two, restoredPart: "image" });
  const back = { kind: "rollback" as const, restoresNumber: 1, restore: "settings" as const };
  const config = await world.drive(await world.request(app, back));
  expect(config).toMatchObject({
    state: "done",
    imageDigest: first.imageDigest,
    spec: { env: [{ name: "LEVEL", value: "one" }] },
    buildNumber: 1,
  });
});
