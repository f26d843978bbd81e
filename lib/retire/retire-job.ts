import "server-only";
import { defineJob } from "#lib/platform/queue";

/** Key: retirement id. */
export const retireJob = defineJob("retire");
