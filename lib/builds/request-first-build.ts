import "server-only";
import { type Tx } from "#lib/platform/db";
import { type Queue } from "#lib/platform/queue";
import { buildJob } from "./build-job.ts";
import { type InsertedBuild, insertBuild, type NewBuild } from "./insert-build.ts";

/**
 * How the creation of a service asks for its first build, in its own transaction. The build's job waits in the queue
 * from the first moment, looks now and then whether the service is set up, and so survives any kill in between.
 */
export const requestFirstBuild =
  (enqueue: Queue["enqueue"]) =>
  async (tx: Tx, wanted: NewBuild): Promise<InsertedBuild> => {
    const build = await insertBuild(tx, wanted);
    await enqueue(tx, buildJob, build.id);
    return build;
  };
