import { afterAll, beforeAll, expect, test } from "vitest";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { followPodLogs, type LogSource } from "#lib/releases/follow-pod-logs";
import { decodePosition } from "#lib/releases/log-rules";
import { waitFor } from "#tests/world/wait-for";
import { ReleaseWorld, SETTINGS } from "./release-world.ts";

/** Writes a numbered line five times a second, and listens, so that it is ready. */
const COUNTING = [
  "node",
  "-e",
  `let n=0;setInterval(()=>console.log("line "+n++),200);require("http").createServer((q,s)=>s.end()).listen(8080)`,
];

let world: ReleaseWorld;
beforeAll(async () => {
  world = await ReleaseWorld.start();
});
afterAll(() => world.stop());

/** The cluster's own list of pods instead of the watch's: this test is about the logs. */
function sourceOf(app: { id: string }): LogSource & { changed(): void } {
  const listeners = new Set<() => void>();
  return {
    kubernetes: world.kubernetes,
    namespace: "kepler-dev",
    pods: async () => {
      const labelSelector = `kepler.dev/app=${app.id}`;
      const { items } = await world.kubernetes.list(KINDS.pod, "kepler-dev", { labelSelector });
      return items.map(({ metadata }) => ({ name: metadata.name, running: true }));
    },
    onPodsChanged: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    changed: () => listeners.forEach((listener) => listener()),
  };
}

function follow(source: LogSource, container: string, position: ReadonlyMap<string, string> = new Map()) {
  const ending = new AbortController();
  const lines: { pod: string; text: string; id: string | null }[] = [];
  const wish = { container, tail: 1_000, since: null, position };
  const over = followPodLogs(
    source,
    wish,
    async (event, id) => {
      if (event.type === "line") lines.push({ pod: event.pod, text: event.text, id });
    },
    ending.signal,
  );
  const stop = async () => {
    ending.abort();
    await over;
  };
  return { lines, stop };
}

test("lines of all pods arrive live, a new pod joins, and a reconnect goes on without a gap or a repeat", async () => {
  const app = await world.createApp();
  const build = await world.createBuild(app, COUNTING);
  await world.drive(await world.request(app, { buildId: build.id, settings: { ...SETTINGS, replicas: 1 } }));
  const source = sourceOf(app);
  const first = follow(source, app.name);
  await waitFor("ten lines", () => first.lines.length >= 10);

  await world.drive(await world.request(app, { kind: "scale", settings: { ...SETTINGS, replicas: 2 } }));
  source.changed();
  await waitFor("a second pod", () => new Set(first.lines.map(({ pod }) => pod)).size === 2);
  await first.stop();

  const again = follow(source, app.name, decodePosition(first.lines.at(-1)?.id ?? ""));
  await waitFor(
    "more of both",
    () => again.lines.length >= 10 && new Set(again.lines.map(({ pod }) => pod)).size === 2,
  );
  await again.stop();
  const whole = [...first.lines, ...again.lines];
  for (const pod of new Set(whole.map((line) => line.pod))) {
    const numbers = whole.filter((line) => line.pod === pod).map(({ text }) => Number(text.split(" ")[1]));
    expect(numbers).toEqual(Array.from(numbers, (_, i) => i));
  }
});
