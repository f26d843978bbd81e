import "server-only";
import { type Db, db } from "#lib/platform/db";
import { defineJob, enqueue, type Queue } from "#lib/platform/queue";

/** Key: release id. */
export const releaseJob = defineJob("release", { concurrency: 8 });

/** Key: scale lease id. */
export const leaseJob = defineJob("scale-lease", { concurrency: 2 });

/** Key: bulk change id. */
export const bulkJob = defineJob("bulk-change", { concurrency: 2 });

/** Key: "<cluster id>/<uid of a pod>". */
export const podDeletionJob = defineJob("pod-deletion", { concurrency: 4 });

/** What the use cases of this feature stand on; a process's own by default, a test's or the worker's by argument. */
export type ReleaseDeps = { db: Db; enqueue: Queue["enqueue"]; now: () => Date };
export const ownDeps = (): ReleaseDeps => ({ db: db(), enqueue, now: () => new Date() });
