import { afterAll, beforeAll, expect, test } from "vitest";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { seeWorkload } from "#lib/clusters/workload-rules";
import { dueLeases, endLease } from "#lib/releases/lease/end-lease";
import { moveLease } from "#lib/releases/lease/move-lease";
import { listLeases } from "#lib/releases/lease/queries";
import { getReleaseView } from "#lib/releases/queries";
import { ReleaseWorld, serving } from "./release-world.ts";

let world: ReleaseWorld;
beforeAll(async () => {
  world = await ReleaseWorld.start();
});
afterAll(() => world.stop());

const db = () => world.database.db;
const HOUR = 3_600_000;
const inAnHour = () => new Date(Date.now() + HOUR).toISOString();
/** What the worker's clock says when the lease is over. */
const later = () => ({ ...world.deps, now: () => new Date(Date.now() + HOUR) });

/** A service with one pod that has two of them for an hour. */
async function leased() {
  const created = await world.createApp({ replicas: 1 });
  const { teamId } = await db().app.findUniqueOrThrow({ where: { id: created.id }, select: { teamId: true } });
  const app = { ...created, teamId };
  const build = await world.createBuild(app, serving("v1"));
  await world.drive(await world.request(app, { buildId: build.id }));
  const releaseId = await world.request(app, { kind: "scale", replicas: 2, leaseUntil: inAnHour() });
  expect(await world.drive(releaseId)).toMatchObject({ state: "done", lease: { replicas: 2, backTo: 1 } });
  const [lease] = await listLeases(app.id, db());
  if (!lease) throw new Error("no lease");
  return { app, build, lease };
}
const newest = async (appId: string) =>
  db().release.findFirstOrThrow({ where: { appId }, orderBy: { number: "desc" }, select: { id: true, number: true } });

test("at its end the number before is asked for again by a release of its own; until then nothing happens", async () => {
  const { app, lease } = await leased();
  expect(lease).toMatchObject({ by: "Lin", releaseNumber: 2, environmentId: world.environmentId });
  expect(await endLease(world.deps, lease.id)).toMatchObject({ requeueAfterMs: expect.any(Number) });
  expect((await newest(app.id)).number).toBe(2);
  expect(await dueLeases(world.deps)).toEqual([]);
  expect(await dueLeases(later())).toEqual([lease.id]);

  expect(await endLease(later(), lease.id)).toBe("done");
  const back = await newest(app.id);
  expect(await world.drive(back.id)).toMatchObject({
    state: "done",
    number: 3,
    kind: "scale",
    requestedBy: null,
    reason: "The time of release 2 was over.",
    changes: [{ field: "replicas", before: "2", after: "1" }],
  });
  expect(seeWorkload(await world.live(KINDS.deployment, app.name))?.desired).toBe(1);
  expect(await listLeases(app.id, db())).toEqual([]);
  expect((await getReleaseView(lease.releaseId, db())).lease?.outcome).toBe("given_back");
});

test("a number that somebody changed since is left alone, and that is noted", async () => {
  const { app, lease } = await leased();
  await world.drive(await world.request(app, { kind: "scale", replicas: 3 }));
  await endLease(later(), lease.id);
  expect((await newest(app.id)).number).toBe(3);
  expect((await getReleaseView(lease.releaseId, db())).lease).toMatchObject({ outcome: "changed" });
});

test("what else was released in the meantime stays: only the number goes back", async () => {
  const { app, lease } = await leased();
  const other = await world.createBuild(app, serving("v2"));
  await world.drive(await world.request(app, { buildId: other.id }));
  await endLease(later(), lease.id);
  const view = await world.drive((await newest(app.id)).id);
  expect(view).toMatchObject({ number: 4, state: "done", imageDigest: other.imageDigest, wanted: 1 });
});

test("a new lease takes the old one over with the number before it; the end can be moved, or come now", async () => {
  const { app, lease } = await leased();
  await world.request(app, { kind: "scale", replicas: 3, leaseUntil: inAnHour() });
  const [second, ...rest] = await listLeases(app.id, db());
  expect(rest).toEqual([]);
  expect(second).toMatchObject({ replicas: 3, backTo: 1 });
  expect((await getReleaseView(lease.releaseId, db())).lease?.outcome).toBe("replaced");

  const until = new Date(Date.now() + 5 * HOUR).toISOString();
  const { environmentId } = world;
  await moveLease(app, { environmentId, until }, world.deps);
  expect((await listLeases(app.id, db()))[0]?.until).toBe(until);
  expect(await dueLeases(later())).toEqual([]);
  const past = new Date(Date.now() - 1).toISOString();
  await expect(moveLease(app, { environmentId, until: past }, world.deps)).rejects.toMatchObject({ code: "invalid" });
  await moveLease(app, { environmentId, until: null }, world.deps);
  expect(await endLease(world.deps, second?.id ?? "")).toBe("done");
  expect((await getReleaseView((await newest(app.id)).id, db())).wanted).toBe(1);
  await expect(moveLease(app, { environmentId, until }, world.deps)).rejects.toMatchObject({ code: "not-found" });
});

test("killed at any point of its end, it ends once: one release, one outcome", async () => {
  const { app, lease } = await leased();
  const dies = new Error("killed here");
  const met: string[] = [];
  const checkpoint = async (name: string) => {
    if (met.includes(name)) return;
    met.push(name);
    throw dies;
  };
  // The queue too may die in the middle of the transaction: nothing of it is then there.
  const enqueue = async () => checkpoint("queue");
  for (;;) {
    const result = await endLease({ ...later(), checkpoint, enqueue }, lease.id).catch((error: unknown) => error);
    if (result === "done") break;
    expect(result).toBe(dies);
  }
  expect(met).toEqual(["lease.end.before-commit", "queue", "lease.end.after-commit"]);
  expect((await newest(app.id)).number).toBe(3);
});

test("a lease needs something to go back to and an end that lies ahead", async () => {
  const app = await world.createApp();
  const build = await world.createBuild(app, serving("v1"));
  const lease = { kind: "scale", replicas: 2, leaseUntil: inAnHour() } as const;
  const invalid = { code: "invalid" };
  await expect(world.request(app, { ...lease, buildId: build.id })).rejects.toMatchObject(invalid);
  await world.drive(await world.request(app, { buildId: build.id }));
  const past = new Date(Date.now() - 1000).toISOString();
  await expect(world.request(app, { ...lease, leaseUntil: past })).rejects.toMatchObject(invalid);
  expect((await newest(app.id)).number).toBe(1);
});

test("a service that was stopped comes back with as many pods as it had, whatever happened while it was stopped", async () => {
  const app = await world.createApp({ replicas: 2 });
  const build = await world.createBuild(app, serving("v1"));
  await world.drive(await world.request(app, { buildId: build.id }));
  expect(await world.drive(await world.request(app, { kind: "scale", replicas: 0 }))).toMatchObject({
    state: "done",
    wanted: 0,
  });
  await world.drive(await world.request(app, { buildId: build.id }));
  expect(seeWorkload(await world.live(KINDS.deployment, app.name))?.desired).toBe(0);
  const back = await world.drive(await world.request(app, { kind: "scale", replicas: "before" }));
  expect(back).toMatchObject({ state: "done", wanted: 2, imageDigest: build.imageDigest });
});
