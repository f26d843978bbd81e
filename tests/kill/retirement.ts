import { openQueue } from "#lib/platform/queue";
import { requestRetirement } from "#lib/retire/request-retirement";
import { waitFor } from "#tests/world/wait-for";
import { type Ground, untilAnswered, walk } from "./walk.ts";
import { stateOf } from "./world-state.ts";

const GONE_WITHIN_MS = 500_000;
const LOOK_EVERY_MS = 300;

/** After the path of a service: its retirement, killed at `points`, until the proof is complete. */
export const walkAndRetire = (ground: Ground, points: readonly string[]) =>
  walk(ground, async ({ appId, userId }) => {
    const { db } = ground;
    const queue = await openQueue(ground.databaseUrl, { supervise: false });
    try {
      const { name } = await db.app.findUniqueOrThrow({ where: { id: appId }, select: { name: true } });
      const confirmed = { name, reason: "No longer needed.", keep: { volumes: false, images: false } };
      ground.points.arm(points);
      await requestRetirement({ db, enqueue: queue.enqueue, now: () => new Date() }, appId, userId, confirmed);
      await waitFor(
        "the service to be retired",
        async () => (await db.app.count({ where: { id: appId, retiredAt: { not: null } } })) > 0,
        GONE_WITHIN_MS,
        LOOK_EVERY_MS,
      );
      // What is killed at the very last point has to come back before the world is at rest.
      await waitFor("every armed point to be met", () => ground.points.isDone());
      return await untilAnswered(() => stateOf({ ...ground, appId }));
    } finally {
      await queue.stop();
    }
  });
