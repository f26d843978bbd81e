import "server-only";
import { setTimeout as delay } from "node:timers/promises";
import { type Kubernetes } from "#lib/clients/kubernetes/client";
import { type FollowedPod, followPod, readPreviousLog } from "./follow-pod.ts";
import { encodePositions, type Position } from "./resume-rules.ts";
import { MOST_PODS, type PodLogEvent } from "./schema.ts";

export type LogSource = {
  kubernetes: Pick<Kubernetes, "streamLog">;
  namespace: string;
  /** The pods to follow as they are now, newest first, and whether their containers run yet. */
  pods(): Promise<{ name: string; running: boolean }[]>;
  /** Calls back whenever the pods may be others; answers what ends that. */
  onPodsChanged(listener: () => void): () => void;
};
export type LogWish = {
  container: string;
  /** Lines of the past for each pod, when there is no position to resume from; null = all. */
  tail: number | null;
  /** Nothing older than this, RFC 3339. */
  since: string | null;
  /** The container before its last restart, to its end, instead of what is written now. */
  previous: boolean;
  /** How far the reader has come, by pod ("" = every pod). */
  positions: ReadonlyMap<string, Position>;
};
/** Resolves when the reader has room for more. `id` resumes after this event. */
type Emit = (event: PodLogEvent, id: string | null) => Promise<void>;

/** Pods are looked for at every change that is heard of, and this often for those that were not. */
const LOOK_MS = 10_000;

/** Reads the wanted pods at once, MOST_PODS of them, until `until` aborts; pods that come later join. */
export async function followPods(source: LogSource, wish: LogWish, emit: Emit, until: AbortSignal): Promise<void> {
  const over = new AbortController();
  const signal = AbortSignal.any([until, over.signal]);
  const reading = new Map<string, Promise<void>>();
  const positions = new Map(wish.positions);
  positions.delete("");
  const { promise: failed, reject: fail } = Promise.withResolvers<never>();
  failed.catch(() => undefined);
  const brought = new Map(wish.positions);
  // What a reader who comes back, or who is there already, has nothing of is all new; but not what was left out at first.
  let isFirstLook = true;
  const isBack = positions.size > 0;
  const leftOutAtFirst = new Set<string>();
  let leftOut = "";

  const read = async (name: string, tail: number | null): Promise<void> => {
    const start = wish.since === null ? { tailLines: tail ?? undefined } : { sinceTime: wish.since };
    const find = async () => (await source.pods()).find((pod) => pod.name === name) ?? null;
    const pod: FollowedPod = {
      kubernetes: source.kubernetes,
      namespace: source.namespace,
      name,
      container: wish.container,
      find,
    };
    const position = brought.get(name) ?? brought.get("") ?? null;
    // A later pod of the same name has another log.
    brought.delete(name);
    const tell = (event: PodLogEvent, at: Position | null) => {
      if (at) positions.set(name, at);
      return emit(event, at && encodePositions(positions));
    };
    await (wish.previous ? readPreviousLog : followPod)(pod, { position, start }, tell, signal);
    positions.delete(name);
  };
  const join = async () => {
    // A database that is away for a moment says nothing about pods.
    const pods = await source.pods().catch(() => null);
    if (pods === null || signal.aborted) return;
    const isFirst = isFirstLook;
    isFirstLook = false;
    // Whoever comes back goes on with the pods that they had, also where newer ones have come meanwhile.
    const [had, others] = [pods.filter(({ name }) => brought.has(name)), pods.filter(({ name }) => !brought.has(name))];
    for (const { name } of [...had, ...others]) {
      if (reading.has(name)) continue;
      if (reading.size >= MOST_PODS) {
        if (isFirst) leftOutAtFirst.add(name);
        continue;
      }
      const tail = (isFirst && !isBack) || leftOutAtFirst.has(name) ? wish.tail : null;
      // What was read to its end stays: it does not begin again.
      const forget = () => (wish.previous ? undefined : void reading.delete(name));
      reading.set(name, read(name, tail).then(forget, fail));
    }
    const left = pods.flatMap(({ name }) => (reading.has(name) ? [] : [name])).sort();
    if (left.join() === leftOut) return;
    leftOut = left.join();
    await emit({ type: "left-out", pods: left }, null);
  };

  const forget = source.onPodsChanged(() => void join());
  try {
    while (!signal.aborted) {
      await join();
      await Promise.race([delay(LOOK_MS, undefined, { signal }).catch(() => undefined), failed]);
    }
  } finally {
    forget();
    over.abort();
    await Promise.allSettled(reading.values());
  }
}
