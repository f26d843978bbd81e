import "server-only";
import { defineJob } from "#lib/platform/queue";

/** Key: the build's id. Builds wait for Jenkins most of the time, so many share a worker. */
export const buildJob = defineJob("build", { concurrency: 8 });
