import { afterAll, beforeAll, expect, test } from "vitest";
import { revokeSession } from "#lib/access/sessions";
import { RECHECK_MS } from "#lib/access/still-allowed";
import { type FreshDatabase, freshDatabase } from "#tests/world/postgres";
import { GET as follow } from "../../../app/api/builds/[id]/log/route.ts";
import { app, call, person } from "../access/world.ts";

let database: FreshDatabase;
beforeAll(async () => {
  process.env.KEPLER_URL = "http://kepler.test";
  process.env.LOG_LEVEL = "silent";
  database = await freshDatabase();
});
afterAll(() => database.drop());

test(
  "the log of a build that still runs ends for who has lost the right to it, and goes on for others",
  async () => {
    const { db } = database;
    const { id: appId } = await app(db, "checkout", "payments");
    const someone = (name: string) => person(db, name, { payments: "developer" });
    const [lin, omar, mei] = [await someone("lin"), await someone("omar"), await someone("mei")];
    const commit = { commitSha: "a".repeat(40), commitTitle: "Greet", commitAuthor: "Lin" };
    const source = {
      ref: "main",
      refKind: "branch",
      trigger: "manual",
      idempotencyKey: "log-rights",
      ...commit,
    } as const;
    const made = { jenkinsJob: "kepler-checkout", imageRepository: "registry.test/checkout", imageTag: "1" };
    const build = await db.build.create({ data: { appId, number: 1, state: "running", ...source, ...made } });
    const open = async ({ cookie }: typeof lin) => {
      const { body } = await call(follow, { cookie, params: { id: build.id } });
      const reader = body?.getReader();
      let isOver = false;
      const done = (async () => {
        while ((await reader?.read())?.done === false);
        isOver = true;
      })();
      return { done, isOver: () => isOver, leave: () => reader?.cancel() };
    };
    const [left, revoked, stays] = await Promise.all([open(lin), open(omar), open(mei)]);
    await db.membership.deleteMany({ where: { userId: lin.id } });
    await revokeSession(db, omar.id, omar.session, new Date());
    await Promise.all([left.done, revoked.done]);
    expect(stays.isOver()).toBe(false);
    await stays.leave();
  },
  3 * RECHECK_MS,
);
