import "server-only";
import { type Db } from "#lib/platform/db";
import { Conflict, NotFound } from "#lib/platform/errors";
import { type Queue } from "#lib/platform/queue";
import { buildJob } from "./build-job.ts";
import { readBuild, recordBuild } from "./build-row.ts";
import { isCancellable } from "./build-rules.ts";

type World = { db: Db; enqueue: Queue["enqueue"]; now(): Date };

/**
 * Asks for the end of a build; it is cancelled once Jenkins says so. Asking again is fine.
 * Throws NotFound, and Conflict when the build has ended or its image is being verified already.
 */
export async function cancelBuild(world: World, buildId: string): Promise<void> {
  for (;;) {
    const row = await readBuild(world.db, buildId);
    if (!row) throw new NotFound("There is no such build.");
    if (row.cancelRequestedAt !== null && row.state === "cancelling") return;
    if (!isCancellable(row.state)) {
      throw new Conflict(`Build ${row.number} has ended: there is nothing left to cancel.`);
    }
    const now = world.now();
    const change = { build: { state: "cancelling", cancelRequestedAt: now } } as const;
    const wake = { also: (tx: Parameters<Queue["enqueue"]>[0]) => world.enqueue(tx, buildJob, buildId) };
    // The reconciler may have written in between: look again.
    if (await recordBuild(world.db, row, { ...change, ...wake }, now)) return;
  }
}
