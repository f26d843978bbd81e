import { once } from "node:events";
import { expect, test } from "vitest";
import { followPods, type LogSource } from "#lib/logs/follow-pods";
import { mergedLog } from "#lib/logs/merged-log";
import { MOST_PODS, type PodLogEvent } from "#lib/logs/schema";

const WISH = { container: "app", tail: null, since: null, previous: false, positions: new Map() };

/** Pods of these numbers; each says nothing until its reader goes or, if it is the broken one, until told to fail. */
function silentPods(numbers: number[], failing?: Promise<never>) {
  let changed = () => {};
  const open = new Set<string>();
  const source: LogSource & { set(numbers: number[]): void } = {
    namespace: "dev",
    kubernetes: {
      async *streamLog(_, name, { signal } = {}) {
        open.add(name);
        if (failing && name === "pod-0") await failing;
        if (signal && !signal.aborted) await once(signal, "abort");
        open.delete(name);
      },
    },
    pods: async () => numbers.map((number) => ({ name: `pod-${number}`, running: true })),
    onPodsChanged: (listener) => {
      changed = listener;
      return () => (changed = () => {});
    },
    set: (next) => {
      numbers = next;
      changed();
    },
  };
  return { source, open };
}
const range = (count: number) => Array.from({ length: count }, (_, number) => number);

test("of more pods than may be followed it says how many are left out, and says so again when others are", async () => {
  const { source } = silentPods(range(MOST_PODS + 2));
  const ending = new AbortController();
  const heard: PodLogEvent[] = [];
  const over = followPods(source, WISH, async (event) => void heard.push(event), ending.signal);
  const leftOut = () => heard.flatMap((event) => (event.type === "left-out" ? [event.pods] : []));
  await expect.poll(leftOut).toEqual([2]);
  source.set(range(MOST_PODS + 3));
  await expect.poll(leftOut).toEqual([2, 3]);
  source.set(range(MOST_PODS));
  await expect.poll(leftOut).toEqual([2, 3, 0]);
  ending.abort();
  await over;
});

test("a fault of one reader ends all of them, so that whoever follows knows and begins again", async () => {
  const { promise, reject } = Promise.withResolvers<never>();
  const { source, open } = silentPods(range(3), promise);
  const over = followPods(source, WISH, async () => {}, new AbortController().signal);
  await expect.poll(() => open.size).toBe(3);
  reject(new TypeError("a fault"));
  await expect(over).rejects.toThrow("a fault");
  expect([...open]).toEqual(["pod-0"]);
});

test("a download of too many pods begins with how many are in it", async () => {
  const { source } = silentPods(range(MOST_PODS + 2));
  const kubernetes: LogSource["kubernetes"] = {
    async *streamLog(_, name) {
      yield { lines: [`2026-01-01T00:00:00.000000000Z ${name}`], rest: null };
    },
  };
  const wish = { container: "app", since: null, previous: false, text: "", level: null };
  let text = "";
  for await (const piece of mergedLog({ ...source, kubernetes }, wish, new AbortController().signal)) text += piece;
  const [first, ...lines] = text.trimEnd().split("\n");
  expect(first).toBe(`# The newest ${MOST_PODS} of ${MOST_PODS + 2} pods.`);
  expect(lines).toHaveLength(MOST_PODS);
});
