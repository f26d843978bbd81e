import "server-only";
import { logFile } from "#lib/builds/log-stream";
import { type LogSource } from "./follow-pods.ts";
import { type MergedWish, mergedLog } from "./merged-log.ts";

/** The merged log as a file of this name; `onEnd` hears at once that it is over or was left, more than once maybe. */
export function logDownload(
  source: LogSource,
  wish: MergedWish,
  { name, signal, onEnd }: { name: string; signal: AbortSignal; onEnd(): void },
): Response {
  signal.addEventListener("abort", onEnd, { once: true });
  return logFile(untilEnd(mergedLog(source, wish, signal), onEnd), name);
}

async function* untilEnd(parts: AsyncGenerator<string>, onEnd: () => void): AsyncGenerator<string> {
  try {
    yield* parts;
  } finally {
    onEnd();
  }
}
