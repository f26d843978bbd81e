import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { openQueue } from "#lib/platform/queue";
import { releaseJob } from "#lib/releases/jobs";
import { reconcileRelease } from "#lib/releases/reconcile";
import { waitFor } from "#tests/world/wait-for";
import { ReleaseWorld, serving } from "./release-world.ts";

const COUNT = 200;

let world: ReleaseWorld;
beforeAll(async () => {
  world = await ReleaseWorld.start();
});
afterAll(() => world.stop());

/** Services without pods of their own, each with a build of the same image. */
async function services() {
  const first = await world.createApp();
  const { id: _, error: __, ...build } = await world.createBuild(first, serving("v1"));
  const made = [];
  for (let i = 0; i < COUNT; i++) {
    const app = await world.createApp({ replicas: 0 });
    const data = { ...build, appId: app.id, idempotencyKey: randomUUID() };
    made.push({ app, build: await world.database.db.build.create({ data }) });
  }
  return made;
}

test("two hundred releases at once all finish, each applied once, and none is overtaken by many", {
  timeout: 300_000,
}, async () => {
  const made = await services();
  const { db, url } = world.database;
  const ids = await Promise.all(made.map(({ app, build }) => world.request(app, { buildId: build.id })));
  const worker = await openQueue(url, { supervise: true });
  try {
    await worker.work(releaseJob, (key, call) => reconcileRelease(world.deps, key, call));
    const here = { id: { in: ids } };
    await waitFor(
      "all releases to end",
      async () => (await db.release.count({ where: { ...here, endedAt: null } })) === 0,
      240_000,
      250,
    );
    const releases = await db.release.findMany({ where: here, orderBy: { requestedAt: "asc" } });
    expect(releases.map(({ state, number }) => `${state} ${number}`)).toEqual(ids.map(() => "done 1"));

    const { items } = await world.kubernetes.list(KINDS.deployment, "kepler-dev");
    expect(items).toHaveLength(COUNT);
    // An object that was written once more would say so.
    expect(new Set(items.map(({ metadata }) => metadata.generation))).toEqual(new Set([1]));

    const started = releases.toSorted((a, b) => Number(a.startedAt) - Number(b.startedAt)).map(({ id }) => id);
    const overtaken = releases.map(({ id }, place) => started.indexOf(id) - place);
    expect(Math.max(...overtaken)).toBeLessThanOrEqual(2 * releaseJob.concurrency);
  } finally {
    await worker.stop();
  }
});
