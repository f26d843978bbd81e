import { randomUUID } from "node:crypto";
import pg from "pg";
import { expect } from "vitest";
import { isTerminalBuild } from "#lib/builds/build-rules";
import { wishForService } from "#tests/world/service";
import { waitFor } from "#tests/world/wait-for";
import { type RestartableWeb } from "#tests/world/web";
import { webClient } from "./clients.ts";
import { changed, commit, type Ground, released, untilAnswered, walk } from "./walk.ts";
import { stateOf } from "./world-state.ts";

/** Two rounds of the sweep (RESYNC_MS of worker/sweeps.ts) and the build. */
const FOUND_WITHIN_MS = 300_000;
const LOOK_EVERY_MS = 300;

/** From before a push until its build is over there is no web: neither GitLab's hook nor Jenkins' callback arrives. */
export const pushWhileWebIsDead = (ground: Ground, web: RestartableWeb) =>
  walk(ground, async ({ appId, branch }) => {
    const { db, world } = ground;
    await web.kill();
    const commitSha = await commit(world, branch, { VERSION: "2.0.0\n" });
    const build = await waitFor(
      "the lost push to be built",
      async () => {
        const row = await db.build.findFirst({ where: { appId, commitSha } });
        return row && isTerminalBuild(row.state) ? row : undefined;
      },
      FOUND_WITHIN_MS,
      LOOK_EVERY_MS,
    );
    expect(build).toMatchObject({ number: 2, state: "succeeded", trigger: "sweep", callbackAt: null });
    await web.revive();
    return stateOf({ ...ground, appId });
  });

/** Web dies in the middle of what a person asked for, each time before it is committed; the person asks again. */
export const askWhileWebDies = (ground: Ground, web: RestartableWeb) =>
  walk(ground, async ({ appId, environmentId, client }) => {
    const { db, world } = ground;
    const settings = await changed(db, appId, { replicas: 1, autoscaling: null });
    const intent = { environmentId, kind: "configure", settings, buildId: null, restoresNumber: null } as const;
    const input = { ...intent, reason: null, expectedCurrent: 2, idempotencyKey: randomUUID() };
    await cutOff(ground, web, "releases", () => client.release(appId, input));
    await untilAnswered(() => client.release(appId, input));
    await released(db, appId, 3);

    const other = await wishForService(db, world, { change: { ref: "main" } });
    const person = await webClient(web.url, { db, userId: other.userId });
    await cutOff(ground, web, "builds", () => person.createApp(other.input));
    expect(await db.app.count()).toBe(1);
    const made = await untilAnswered(() => person.createApp(other.input));
    expect(await person.createApp(other.input)).toEqual(made);
    await released(db, made.appId, 1);
    return { mine: await stateOf({ ...ground, appId }), other: await stateOf({ ...ground, appId: made.appId }) };
  });

/** Holds the request's transaction at `table`, kills web there, and lets the database find out. */
async function cutOff(ground: Ground, web: RestartableWeb, table: string, ask: () => Promise<unknown>): Promise<void> {
  const holder = new pg.Client({ connectionString: ground.databaseUrl, application_name: "kepler-test" });
  await holder.connect();
  try {
    await holder.query("begin");
    await holder.query(`lock table ${pg.escapeIdentifier(table)} in exclusive mode`);
    const answer = ask().then(
      () => "answered",
      () => "cut off",
    );
    await waitFor(`a request to wait for ${table}`, async () => {
      const { rowCount } = await holder.query(
        "select from pg_locks where not granted and relation = $1::regclass and database = (select oid from pg_database where datname = current_database())",
        [table],
      );
      return rowCount !== 0;
    });
    await web.kill();
    expect(await answer).toBe("cut off");
  } finally {
    await holder.query("rollback");
    await holder.end();
  }
  await web.revive();
}
