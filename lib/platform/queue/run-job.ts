import { type JobWithMetadata } from "pg-boss";
import { type Logger } from "../logger.ts";
import { type Job, type JobHandler, type Queue, type RunResult } from "./contract.ts";

/** A handler that throws has met something it did not expect; it is asked again, ever less often. */
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 60_000;

/** Then others may have a turn. */
const RUNS_IN_A_ROW = 20;
const wantsNow = (result: RunResult): boolean =>
  result !== "done" && "requeueAfterMs" in result && result.requeueAfterMs <= 0;

type Parts = { job: Job; handler: JobHandler; enqueue: Queue["enqueue"]; log: Logger; stopping: AbortSignal };

/** The loop body of one worker: run the handler for the key, then ask for the next run if it wants one. */
export function runJob({ job, handler, enqueue, log, stopping }: Parts) {
  const failures = new Map<string, number>();
  return async ([fetched]: JobWithMetadata[]): Promise<void> => {
    const key = fetched?.singletonKey;
    if (fetched === undefined || key == null) return;
    const signal = AbortSignal.any([fetched.signal, stopping]);
    try {
      let result = await handler(key, { signal });
      // The way through the queue and back takes longer than most steps: who wants to go on at once does so here.
      for (let runs = 1; runs < RUNS_IN_A_ROW && wantsNow(result) && !signal.aborted; runs++) {
        result = await handler(key, { signal });
      }
      failures.delete(key);
      if (result !== "done" && "requeueAfterMs" in result) {
        await enqueue(undefined, job, key, { startAfterMs: result.requeueAfterMs });
      }
    } catch (error) {
      const failed = (failures.get(key) ?? 0) + 1;
      failures.set(key, failed);
      const retryMs = Math.min(FIRST_RETRY_MS * 2 ** (failed - 1), LAST_RETRY_MS);
      log.error({ err: error, queue: job.name, key, failed, retryMs }, "job handler threw");
      await enqueue(undefined, job, key, { startAfterMs: retryMs });
    }
  };
}
