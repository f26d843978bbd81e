import "server-only";
import { setTimeout as delay } from "node:timers/promises";
import { type Kubernetes } from "#lib/clients/kubernetes/client";
import { KeplerError } from "#lib/platform/errors";
import { encodePosition, LineGate, timedLine } from "./log-rules.ts";
import { type PodLogEvent } from "./log-schema.ts";

export type LogSource = {
  kubernetes: Kubernetes;
  namespace: string;
  /** The pods to follow as they are now, and whether their containers run yet. */
  pods(): Promise<{ name: string; running: boolean }[]>;
  /** Calls back whenever the pods may be others; answers what ends that. */
  onPodsChanged(listener: () => void): () => void;
};
export type LogWish = {
  container: string;
  /** Lines of the past for each pod, when there is no position to resume from. */
  tail: number;
  /** Nothing older than this, RFC 3339. */
  since: string | null;
  /** Time of the last line that the reader has, by pod ("" = every pod). */
  position: ReadonlyMap<string, string>;
};
/** Resolves when the reader has room for more. `id` resumes after this event. */
type Emit = (event: PodLogEvent, id: string | null) => Promise<void>;

const RETRY_MS = 1_000;
const LAST_RETRY_MS = 10_000;
/** Pods are looked for at every change that is heard of, and this often for those that were not. */
const LOOK_MS = 10_000;

/** Follows all wanted pods at once until `signal` aborts; pods that come later join, a restarted container goes on. */
export async function followPodLogs(source: LogSource, wish: LogWish, emit: Emit, signal: AbortSignal): Promise<void> {
  const following = new Map<string, Promise<void>>();
  const last = new Map(wish.position);
  last.delete("");
  const join = async () => {
    const pods = await source.pods().catch(() => []);
    for (const { name } of pods) {
      if (following.has(name) || signal.aborted) continue;
      following.set(
        name,
        followPod(name).finally(() => following.delete(name)),
      );
    }
  };

  const find = async (pod: string) => (await source.pods()).find(({ name }) => name === pod);
  /** A log that cannot be had of a container that runs is the cluster's silence; of another it is only early. */
  const standing = async (error: KeplerError, pod: string) =>
    error.code === "unavailable" && (await find(pod))?.running ? "unreachable" : "waiting";

  const followPod = async (pod: string): Promise<void> => {
    const gate = new LineGate(wish.position.get(pod) ?? wish.position.get("") ?? null);
    const say = (state: "following" | "waiting" | "ended" | "unreachable", reason: string | null) =>
      emit({ type: "state", pod, state, reason }, null);
    let failures = 0;
    while (!signal.aborted) {
      try {
        const lines = source.kubernetes.readLog(source.namespace, pod, {
          container: wish.container,
          follow: true,
          timestamps: true,
          signal,
          ...startOf(gate, wish),
        });
        if (failures > 0 || gate.last === null) await say("following", null);
        failures = 0;
        for await (const line of lines) {
          const timed = timedLine(line);
          if (!timed || !gate.passes(timed)) continue;
          last.set(pod, timed.at);
          await emit({ type: "line", pod, ...timed }, encodePosition(last));
        }
        // The log ended: the pod is gone, or its container starts again.
        if (signal.aborted || !(await find(pod))) break;
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof KeplerError)) throw error;
        if (error.code === "not-found") break;
        if (failures === 0) await say(await standing(error, pod), error.message);
        failures += 1;
      }
      const pauseMs = Math.min(RETRY_MS * 2 ** Math.max(0, failures - 1), LAST_RETRY_MS);
      await delay(pauseMs, undefined, { signal }).catch(() => undefined);
    }
    if (!signal.aborted) await say("ended", null);
  };

  const forget = source.onPodsChanged(() => void join());
  try {
    while (!signal.aborted) {
      await join();
      await delay(LOOK_MS, undefined, { signal }).catch(() => undefined);
    }
  } finally {
    forget();
    await Promise.allSettled(following.values());
  }
}

/** From the last line on; else from the wished time; else the last lines. */
function startOf(gate: LineGate, { since, tail }: LogWish): { sinceTime?: string; tailLines?: number } {
  if (gate.last) return { sinceTime: gate.last };
  return since ? { sinceTime: since } : { tailLines: tail };
}
