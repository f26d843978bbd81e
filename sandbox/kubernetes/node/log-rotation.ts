import { readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { type Logger } from "pino";
import { type ContainerLog } from "./container-log.ts";

/** A kubelet's containerLogMaxSize, containerLogMaxFiles and containerLogMonitorInterval. */
export type LogPolicy = { maxBytes: number; maxFiles: number; lookEveryMs: number };
export const DEFAULT_LOG_POLICY: LogPolicy = { maxBytes: 10 * 1024 ** 2, maxFiles: 5, lookEveryMs: 10_000 };

const compress = promisify(gzip);

/**
 * Rotates the logs of running containers that have grown too large, until it is stopped
 * (pkg/kubelet/logs/container_log_manager.go of Kubernetes 1.36). `kubectl logs` gives the newest file only.
 */
export function startLogRotation(
  logs: () => Iterable<ContainerLog>,
  { policy, now, logger }: { policy: LogPolicy; now: () => Date; logger: Logger },
): () => void {
  const stopping = new AbortController();
  const { signal } = stopping;
  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      await wait(policy.lookEveryMs, undefined, { signal, ref: false }).catch(() => undefined);
      for (const log of [...logs()])
        if (log.isOpen && !signal.aborted)
          await rotateIfLarge(log, policy, now()).catch((error: unknown) => logger.warn({ error }, "log not rotated"));
    }
  };
  void run();
  return () => stopping.abort();
}

async function rotateIfLarge(log: ContainerLog, { maxBytes, maxFiles }: LogPolicy, now: Date): Promise<void> {
  if ((await stat(log.path)).size < maxBytes) return;
  const folder = dirname(log.path);
  const older = (await readdir(folder)).filter((name) => name.startsWith(`${basename(log.path)}.`)).sort();
  // Besides them there will be the file that is put away now, and the new one.
  const excess = Math.max(0, older.length - Math.max(0, maxFiles - 2));
  for (const name of older.slice(0, excess)) await rm(join(folder, name));
  for (const name of older.slice(excess)) if (!name.endsWith(".gz")) await zip(join(folder, name));
  log.rotate(`${log.path}.${stampOf(now)}`);
}

async function zip(path: string): Promise<void> {
  await writeFile(`${path}.tmp`, await compress(await readFile(path)));
  await rename(`${path}.tmp`, `${path}.gz`);
  await rm(path);
}

/** "20060102-150405" */
const stampOf = (time: Date): string => time.toISOString().slice(0, 19).replace(/[-:]/g, "").replace("T", "-");
