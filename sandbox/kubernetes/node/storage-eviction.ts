import { setTimeout as wait } from "node:timers/promises";
import { type Logger } from "pino";
import { type PodWorker } from "./pod-worker.ts";
import { excessOf, isLimited } from "./storage-limits.ts";

/** How often a kubelet looks (`monitoringInterval`). */
const LOOK_EVERY_MS = 10_000;

/** Puts out pods that have written more than they may, until it is stopped. */
export function startStorageEviction(
  workers: () => Iterable<PodWorker>,
  { scale, logger }: { scale: number; logger: Logger },
): () => void {
  const stopping = new AbortController();
  const look = async (): Promise<void> => {
    for (const worker of [...workers()]) {
      if (!worker.isActive || !isLimited(worker.pod)) continue;
      const excess = excessOf(worker.pod, await worker.storageUse());
      if (excess !== undefined) await worker.evict(excess);
    }
  };
  const run = async (): Promise<void> => {
    const { signal } = stopping;
    while (!signal.aborted) {
      await look().catch((error: unknown) => logger.warn({ error }, "what pods have written was not measured"));
      await wait(LOOK_EVERY_MS * scale, undefined, { signal, ref: false }).catch(() => undefined);
    }
  };
  void run();
  return () => stopping.abort();
}
