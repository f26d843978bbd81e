import { type Tx } from "../db.ts";
import { type PublicError } from "../errors.ts";

/** A kind of work. A job of it is a key ("this release"), never a payload: the handler reads the row. */
export type Job = { name: string; concurrency: number };

/**
 * What a run came to: nothing more to do; look again later; or never again, because the row says so.
 * The handler has already written all of that into its row: the queue only schedules.
 */
export type RunResult = "done" | { requeueAfterMs: number } | { terminal: PublicError };
/** `signal` aborts when the process stops or the lease is lost: stop at the next safe point and return. */
export type JobHandler = (key: string, context: { signal: AbortSignal }) => Promise<RunResult>;

export type Queue = {
  /**
   * Asks for a run of `key`, at once or after `startAfterMs`. If one waits already, it comes no later than asked for;
   * if one runs, one more follows it. With `tx` it happens only if that transaction commits.
   */
  enqueue(tx: Tx | undefined, job: Job, key: string, options?: { startAfterMs?: number }): Promise<void>;
  /** Begins to run jobs of this kind in this process: per key at most one at a time, over all processes. */
  work(job: Job, handler: JobHandler): Promise<void>;
  /** Takes no more jobs, aborts the handlers' signals, waits for them up to `graceMs`. */
  stop(graceMs?: number): Promise<void>;
};
