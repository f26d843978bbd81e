import { randomUUID } from "node:crypto";
import { cancelBuild } from "#lib/builds/cancel-build";
import { requestBuild } from "#lib/builds/request-build";
import { createGitlab } from "#lib/clients/gitlab/create-gitlab";
import { openQueue } from "#lib/platform/queue";
import { waitFor } from "#tests/world/wait-for";
import { commit, type Ground, untilAnswered, walk } from "./walk.ts";
import { stateOf } from "./world-state.ts";

/** A step that takes longer than the test: such a build ends by being stopped. */
const SLOW = { Dockerfile: "FROM node:24-alpine\nRUN sleep 600\n" };
/** As many as the sandbox's Jenkins has, so that one more build waits in its queue. */
const EXECUTORS = 2;
const SETTLED_WITHIN_MS = 300_000;
const LOOK_EVERY_MS = 300;

/**
 * After the path of a service: builds until Jenkins is full, one more that is killed at `points` on its way into the
 * queue, and then all of them are cancelled, with the points of that armed as well.
 */
export const waitAndCancel = (ground: Ground, points: readonly string[]) =>
  walk(ground, async ({ appId, userId, branch }) => {
    const { db, world } = ground;
    await commit(world, `${branch}-slow`, SLOW);
    const queue = await openQueue(ground.databaseUrl, { supervise: false });
    const gitlab = createGitlab(world.gitlab);
    const ask = (idempotencyKey: string) =>
      untilAnswered(() =>
        requestBuild({ db, gitlab, enqueue: queue.enqueue }, appId, userId, {
          ...{ ref: `${branch}-slow`, refKind: "branch", idempotencyKey },
        }),
      );
    const cancel = (id: string) =>
      untilAnswered(() => cancelBuild({ db, enqueue: queue.enqueue, now: () => new Date() }, id));
    const until = (id: string, what: string, is: (state: string) => boolean) =>
      waitFor(
        `the build to be ${what}`,
        async () => {
          const row = await db.build.findUnique({ where: { id }, select: { state: true } }).catch(() => null);
          return row !== null && is(row.state);
        },
        SETTLED_WITHIN_MS,
        LOOK_EVERY_MS,
      );
    try {
      const running: string[] = [];
      for (let i = 0; i < EXECUTORS; i += 1) {
        const { buildId } = await ask(randomUUID());
        await until(buildId, "running", (state) => state === "running");
        running.push(buildId);
      }
      ground.points.arm(points);
      const { buildId: waiting } = await ask(randomUUID());
      await until(waiting, "queued", (state) => state === "queued");
      for (const id of [waiting, ...running]) {
        await cancel(id);
        await until(id, "over", (state) => state === "succeeded" || state === "failed" || state === "cancelled");
      }
      await waitFor("every armed point to be met", () => ground.points.isDone());
      return await untilAnswered(() => stateOf({ ...ground, appId }));
    } finally {
      await queue.stop().catch(() => undefined);
    }
  });
