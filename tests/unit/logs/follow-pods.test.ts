import { EventEmitter, once } from "node:events";
import { expect, test } from "vitest";
import { followPods, type LogSource } from "#lib/logs/follow-pods";
import { mergedLog } from "#lib/logs/merged-log";
import { MOST_PODS, type PodLogEvent } from "#lib/logs/schema";

const WISH = { container: "app", tail: null, since: null, previous: false, positions: new Map() };

/** Pods of these numbers; each says nothing until its reader goes or, if it is the broken one, until told to fail. */
function silentPods(numbers: number[], failing?: Promise<never>) {
  let changed = () => {};
  const open = new Set<string>();
  const asked = new Map<string, number | undefined>();
  const ended = new EventEmitter().setMaxListeners(0);
  const source: LogSource & { set(numbers: number[]): void } = {
    namespace: "dev",
    kubernetes: {
      async *streamLog(_, name, { signal, tailLines } = {}) {
        open.add(name);
        asked.set(name, tailLines);
        if (failing && name === "pod-0") await failing;
        if (signal && !signal.aborted) await Promise.race([once(signal, "abort"), once(ended, name)]);
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
  return { source, open, asked, end: (name: string) => ended.emit(name) };
}
const range = (count: number) => Array.from({ length: count }, (_, number) => number);

test("of more pods than may be followed it says which are left out, and says so again when others are", async () => {
  const { source } = silentPods(range(MOST_PODS + 2));
  const ending = new AbortController();
  const heard: PodLogEvent[] = [];
  const over = followPods(source, WISH, async (event) => void heard.push(event), ending.signal);
  const leftOut = () => heard.flatMap((event) => (event.type === "left-out" ? [event.pods] : []));
  const two = [`pod-${MOST_PODS}`, `pod-${MOST_PODS + 1}`];
  await expect.poll(leftOut).toEqual([two]);
  source.set(range(MOST_PODS + 3));
  const three = [...two, `pod-${MOST_PODS + 2}`];
  await expect.poll(leftOut).toEqual([two, three]);
  source.set(range(MOST_PODS));
  await expect.poll(leftOut).toEqual([two, three, []]);
  ending.abort();
  await over;
});

test("a pod that was left out begins as the others did once there is room, and one that has come since with its first line", async () => {
  const { source, asked, end } = silentPods(range(MOST_PODS + 1));
  const ending = new AbortController();
  const over = followPods(source, { ...WISH, tail: 200 }, async () => {}, ending.signal);
  await expect.poll(() => asked.size).toBe(MOST_PODS);
  expect(asked.get("pod-0")).toBe(200);
  end("pod-0");
  end("pod-1");
  await expect
    .poll(() => {
      source.set([...range(MOST_PODS + 1).slice(2), MOST_PODS + 1]);
      return asked.size;
    })
    .toBe(MOST_PODS + 2);
  expect(asked.get(`pod-${MOST_PODS}`)).toBe(200);
  expect(asked.get(`pod-${MOST_PODS + 1}`)).toBeUndefined();
  ending.abort();
  await over;
});

test("whoever comes back goes on with the pods that they had, however many newer ones there are", async () => {
  const { source, open } = silentPods(range(MOST_PODS + 1));
  const ending = new AbortController();
  const oldest = `pod-${MOST_PODS}`;
  const positions = new Map([[oldest, { at: "2026-01-01T00:00:00.000000000Z", count: 1, from: "" }]]);
  const over = followPods(source, { ...WISH, positions }, async () => {}, ending.signal);
  await expect.poll(() => open.size).toBe(MOST_PODS);
  expect(open.has(oldest)).toBe(true);
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

test("a download of too many pods begins with which are not in it", async () => {
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
  const left = `pod-${MOST_PODS}, pod-${MOST_PODS + 1}`;
  expect(first).toBe(`# The newest ${MOST_PODS} of ${MOST_PODS + 2} pods. Not among them: ${left}`);
  expect(lines).toHaveLength(MOST_PODS);
});
