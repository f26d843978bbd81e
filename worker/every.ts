import { setTimeout as delay } from "node:timers/promises";
import { type Logger } from "#lib/platform/logger";

/**
 * Runs `task` now and then again `pauseMs` after each end, until `signal` aborts. A task that throws is logged and comes
 * again: sweeps repair, so a sweep that failed once must not be the last.
 */
export async function every(
  pauseMs: number,
  { name, log, signal }: { name: string; log: Logger; signal: AbortSignal },
  task: () => Promise<void>,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await task();
    } catch (error) {
      if (!signal.aborted) log.warn({ err: error, sweep: name }, "sweep failed");
    }
    await delay(pauseMs, undefined, { signal }).catch(() => undefined);
  }
}
