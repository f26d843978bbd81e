import "server-only";
import { setTimeout as delay } from "node:timers/promises";
import { type Kubernetes, type LogOptions } from "#lib/clients/kubernetes/client";
import { isTransient } from "#lib/platform/errors";
import { LineGate, type Position } from "./resume-rules.ts";
import { type LogLine } from "./schema.ts";

/** One container's log. */
export type PodOfLog = {
  kubernetes: Pick<Kubernetes, "streamLog">;
  namespace: string;
  name: string;
  container: string;
};
/** Where to begin: after the line that the reader has, or else where `start` says. */
export type LogBegin = { position: Position | null; start: Pick<LogOptions, "sinceTime" | "tailLines"> };

const RETRY_MS = 200;
const MOST_ATTEMPTS = 6;

/** The stream of a log with times, from where the gate has come or else from `start`. */
export function openLog(
  { kubernetes, namespace, name, container }: PodOfLog,
  gate: LineGate,
  options: LogBegin["start"] & Pick<LogOptions, "follow" | "previous" | "signal">,
) {
  const { sinceTime, tailLines, ...others } = options;
  const since = gate.connect();
  const from = since === null ? { sinceTime, tailLines } : { sinceTime: since };
  return kubernetes.streamLog(namespace, name, { container, timestamps: true, ...from, ...others });
}

/**
 * A log from where `begin` says to its present end, once each line, over lost connections. Throws the client's errors when
 * there is no such log, or none to be had after some attempts.
 */
export async function* readLogToEnd(
  pod: PodOfLog,
  { position, start }: LogBegin,
  { previous, signal }: { previous: boolean; signal: AbortSignal },
): AsyncGenerator<{ lines: LogLine[]; position: Position | null }> {
  const gate = new LineGate(position);
  for (let attempts = 1; ; attempts++) {
    try {
      for await (const { lines, rest } of openLog(pod, gate, { ...start, previous, signal })) {
        const passed = gate.take(rest === null ? lines : [...lines, rest]);
        if (passed.length === 0) continue;
        attempts = 0;
        yield { lines: passed, position: gate.position };
      }
      return;
    } catch (error) {
      if (signal.aborted) return;
      if (!isTransient(error) || attempts >= MOST_ATTEMPTS) throw error;
    }
    await delay(RETRY_MS * attempts, undefined, { signal }).catch(() => undefined);
  }
}
