import "server-only";
import { defineJob } from "#lib/platform/queue";

/** Key: the app's id. */
export const provisionJob = defineJob("provision");
