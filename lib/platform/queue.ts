import "server-only";
import { fromPrisma, PgBoss } from "pg-boss";
import { env } from "./env.ts";
import { logger } from "./logger.ts";
import { type Job, type Queue } from "./queue/contract.ts";
import { runJob } from "./queue/run-job.ts";

export type { Job, JobHandler, Queue, RunResult } from "./queue/contract.ts";

/** `concurrency` = how many different keys one worker process runs at once. */
export const defineJob = (name: string, options: { concurrency?: number } = {}): Job => ({
  name,
  concurrency: options.concurrency ?? 4,
});

/** Without a sign of life for so long a job is somebody else's (pg-boss allows no less). */
const LEASE_SECONDS = 10;
const LEASE_RENEWAL_SECONDS = 3;
/** How often lost leases are looked for. */
const SUPERVISE_SECONDS = 2;
/** Wake-ups come by NOTIFY and by our own timers; polling is for what both missed. */
const POLL_SECONDS = 2;
const RUN_LIMIT_SECONDS = 15 * 60;
const KEEP_FINISHED_SECONDS = 60 * 60;

/** The queue in the database at `url`. Processes that only enqueue leave `supervise` off. */
export async function openQueue(url: string, options: { supervise: boolean }): Promise<Queue> {
  const log = logger("queue");
  const boss = new PgBoss({
    connectionString: url,
    application_name: "kepler-queue",
    max: options.supervise ? 6 : 2,
    useListenNotify: options.supervise,
    supervise: options.supervise,
    superviseIntervalSeconds: SUPERVISE_SECONDS,
    monitorIntervalSeconds: SUPERVISE_SECONDS,
    schedule: false,
  });
  boss.on("error", (error) => log.error({ err: error }, "queue error"));
  boss.on("warning", (warning) => log.debug({ warning }, "queue warning"));
  await boss.start();

  const stopping = new AbortController();
  const created = new Map<string, Promise<void>>();
  const timers = new Set<NodeJS.Timeout>();
  const workers = new Map<string, () => void>();

  const create = (job: Job): Promise<void> => {
    const running = created.get(job.name) ?? boss.createQueue(job.name, queueOptions);
    created.set(job.name, running);
    running.catch(() => created.delete(job.name));
    return running;
  };

  const enqueue: Queue["enqueue"] = async (tx, job, key, { startAfterMs = 0 } = {}) => {
    await create(job);
    const connection = tx && { db: fromPrisma(tx) };
    const startAfter = startAfterMs / 1000;
    if (startAfterMs <= 0) {
      await boss.upsert(job.name, null, { singletonKey: key, startAfter: 0, ...connection });
      return;
    }
    // A later wish never delays an earlier one, which upsert() would: hence LEAST, in SQL.
    const parked = await (connection?.db ?? boss.getDb()).executeSql(EARLIER_OF_BOTH, [job.name, key, startAfter]);
    if (parked.rows.length === 0) {
      await boss.send(job.name, null, {
        singletonKey: key,
        startAfter: new Date(Date.now() + startAfterMs),
        ...connection,
      });
    }
    wakeIn(startAfterMs, job.name);
  };

  /** Nobody notifies when a parked job falls due; this process does so itself for those that it parked. */
  const wakeIn = (delayMs: number, name: string) => {
    const wake = workers.get(name);
    if (wake === undefined || stopping.signal.aborted) return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      wake();
    }, delayMs + 5);
    timers.add(timer);
  };

  const work: Queue["work"] = async (job, handler) => {
    await create(job);
    const options = {
      includeMetadata: true,
      pollingIntervalSeconds: POLL_SECONDS,
      notifyPollingIntervalSeconds: POLL_SECONDS,
      heartbeatRefreshSeconds: LEASE_RENEWAL_SECONDS,
    } as const;
    const run = runJob({ job, handler, enqueue, log, stopping: stopping.signal });
    const ids: string[] = [];
    for (let i = 0; i < job.concurrency; i++) ids.push(await boss.work(job.name, options, run));
    workers.set(job.name, () => ids.forEach((id) => boss.notifyWorker(id)));
  };

  const stop: Queue["stop"] = async (graceMs = 5_000) => {
    stopping.abort();
    for (const timer of timers) clearTimeout(timer);
    await boss.stop({ graceful: true, timeout: graceMs, close: true });
  };

  return { enqueue, work, stop };
}

const queueOptions = {
  policy: "stately",
  notify: true,
  heartbeatSeconds: LEASE_SECONDS,
  expireInSeconds: RUN_LIMIT_SECONDS,
  // Retries serve crashes alone, and those are never given up on.
  retryLimit: 2 ** 31 - 1,
  retryDelay: 0,
  deleteAfterSeconds: KEEP_FINISHED_SECONDS,
} as const;

/** Pulls a waiting job forward; touches one that is due sooner only to find out that it is there. */
const EARLIER_OF_BOTH = `
  update pgboss.job set start_after = least(start_after, now() + $3::float8 * interval '1 second')
  where name = $1 and singleton_key = $2 and state in ('created', 'retry')
  returning id`;

const kept: typeof globalThis & { keplerQueue?: Promise<Queue> } = globalThis;
/** The process's own queue for asking; the worker opens its own with `openQueue`. */
export const queue = (): Promise<Queue> => {
  kept.keplerQueue ??= openQueue(env().databaseUrl, { supervise: false });
  kept.keplerQueue.catch(() => delete kept.keplerQueue);
  return kept.keplerQueue;
};

/** `Queue.enqueue` on the process's own queue. */
export const enqueue: Queue["enqueue"] = async (tx, job, key, options) =>
  (await queue()).enqueue(tx, job, key, options);
