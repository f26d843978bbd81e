import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Kubernetes } from "#lib/clients/kubernetes/client";
import { createKubernetes } from "#lib/clients/kubernetes/create-kubernetes";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { followPods, type LogSource, type LogWish } from "#lib/logs/follow-pods";
import { decodePositions, timedLine } from "#lib/logs/resume-rules";
import { type PodLogEvent } from "#lib/logs/schema";
import { type FaultProxy } from "#tests/world/fault-proxy";
import { startClusterProxy } from "#tests/world/faulty-cluster";
import { pushImage } from "#tests/world/push-image";
import { startWorld, type World } from "#tests/world/sandbox";
import { waitFor } from "#tests/world/wait-for";

const namespace = `kepler-logs-${randomUUID().slice(0, 8)}`;
let world: World<"registry" | "kubernetes">;
let kubernetes: Kubernetes;
let proxy: FaultProxy;
/** The same cluster, by way of the proxy. */
let cut: Kubernetes;
let image: string;
let home: string;

beforeAll(async () => {
  world = await startWorld(["registry", "kubernetes"]);
  kubernetes = createKubernetes({ kubeconfig: world.kubernetes.kubeconfig, fieldManager: "kepler" });
  home = await mkdtemp(join(tmpdir(), "kepler-logs-"));
  const kubeconfig = join(home, "kubeconfig");
  proxy = await startClusterProxy(world.kubernetes.kubeconfig, kubeconfig);
  cut = createKubernetes({ kubeconfig });
  await kubernetes.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
  const pushed = await pushImage(world.registry, "logs/talker", "v1", { config: {} });
  image = `${new URL(world.registry.url).host}/logs/talker@${pushed.digest}`;
});
afterAll(async () => {
  await kubernetes?.delete({ ...KINDS.namespace, name: namespace });
  cut?.close();
  kubernetes?.close();
  await proxy?.stop();
  await world?.stop();
  if (home) await rm(home, { recursive: true, force: true });
});

const startPod = (name: string, app: string, script: string) =>
  kubernetes.apply({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace, labels: { app } },
    spec: { terminationGracePeriodSeconds: 0, containers: [{ name: "app", image, command: ["node", "-e", script] }] },
  });

/** The cluster's own list of pods instead of the watch's: this is about the logs. */
function sourceOf(app: string, through = kubernetes): LogSource & { changed(): void } {
  const listeners = new Set<() => void>();
  return {
    kubernetes: through,
    namespace,
    pods: async () => {
      const { items } = await kubernetes.list(KINDS.pod, namespace, { labelSelector: `app=${app}` });
      return items.map(({ metadata }) => ({ name: metadata.name, running: true }));
    },
    onPodsChanged: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    changed: () => listeners.forEach((listener) => listener()),
  };
}

type Heard = { pod: string; at: string; text: string; id: string | null };

function follow(source: LogSource, wish: Partial<LogWish> = {}) {
  const ending = new AbortController();
  const lines: Heard[] = [];
  const others: PodLogEvent[] = [];
  const whole = { container: "app", tail: null, since: null, previous: false, positions: new Map(), ...wish };
  const over = followPods(
    source,
    whole,
    async (event, id) => {
      if (event.type !== "lines") others.push(event);
      else lines.push(...event.lines.map(([at, text]) => ({ pod: event.pod, at, text, id })));
    },
    ending.signal,
  );
  const stop = async () => {
    ending.abort();
    await over;
  };
  return { lines, others, stop };
}

/** What `kubectl logs --timestamps` prints, of the container before as well. */
async function printed(pod: string, previous: boolean): Promise<{ at: string; text: string }[]> {
  const lines: { at: string; text: string }[] = [];
  for await (const line of kubernetes.readLog(namespace, pod, { container: "app", previous, timestamps: true })) {
    // What has no time is a further piece of the line before.
    lines.push(timedLine(line) ?? { at: lines.at(-1)?.at ?? "", text: line });
  }
  return lines;
}

const COUNTING = `let n = 0; setInterval(() => console.log("line " + n++), 50)`;
/** Lines of every length in bursts, two outputs, Chinese, one beyond a piece, and last words without an end. */
const BURSTS = `
  let n = 0;
  const burst = () => {
    for (let i = 0; i < 20; i++, n++) {
      (n % 7 === 3 ? console.error : console.log)("line " + n + " " + "行x".repeat((n * 37) % 400));
    }
    if (n === 200) console.log("long " + "x".repeat(600_000));
    if (n < 400) return setTimeout(burst, 60);
    process.stdout.write("last words", () => process.exit(1));
  };
  burst();`;

describe.concurrent("following logs", () => {
  test("lines of all pods arrive live, a new pod joins, and a reconnect goes on without a gap or a repeat", async () => {
    await startPod("one", "counting", COUNTING);
    const source = sourceOf("counting");
    const first = follow(source);
    await waitFor("ten lines", () => first.lines.length >= 10);
    await startPod("two", "counting", COUNTING);
    await waitFor("a second pod", () => {
      source.changed();
      return first.lines.some(({ pod }) => pod === "two");
    });
    await first.stop();

    const again = follow(source, { positions: decodePositions(first.lines.at(-1)?.id ?? "") });
    await waitFor(
      "more of both",
      () => again.lines.length >= 10 && new Set(again.lines.map(({ pod }) => pod)).size === 2,
    );
    await again.stop();
    for (const pod of ["one", "two"]) {
      const texts = [...first.lines, ...again.lines].filter((line) => line.pod === pod).map(({ text }) => text);
      expect(texts).toEqual(Array.from(texts, (_, i) => `line ${i}`));
    }
  });

  test("cut again and again, in the middle of lines and while the container starts again, gives what kubectl prints", async () => {
    await startPod("bursting", "bursting", BURSTS);
    const source = sourceOf("bursting", cut);
    let reader = follow(source);
    const heard: Heard[] = [];
    let cuts = 0;
    let first: Awaited<ReturnType<typeof printed>> | null = null;
    const lastWords = () => [...heard, ...reader.lines].filter(({ text }) => text === "last words").length;
    while (lastWords() < 2) {
      // A kubelet keeps one dead container: the first run's log may go as soon as the second one has ended.
      if (lastWords() === 1) first ??= await printed("bursting", true).catch(() => null);
      const before = reader.lines.length;
      await waitFor("a cut in the stream", () => {
        if (lastWords() >= 2) return true;
        return reader.lines.length > before && proxy.endStreams(/\/log\?/, cuts % 2 === 0 ? "break" : "end") > 0;
      });
      cuts += 1;
      // Now and then it is the browser whose connection is lost.
      if (cuts % 3 !== 0 || lastWords() >= 2) continue;
      await reader.stop();
      heard.push(...reader.lines);
      reader = follow(source, { positions: decodePositions(heard.at(-1)?.id ?? "") });
    }
    await reader.stop();
    heard.push(...reader.lines);
    expect(cuts).toBeGreaterThan(5);
    const wanted = [...(first ?? (await printed("bursting", true))), ...(await printed("bursting", false))];
    const told = ({ at, text }: { at: string; text: string }) => `${at} ${text.length} ${text.slice(0, 20)}`;
    expect(heard.map(told)).toEqual(wanted.map(told));
    expect(reader.others.filter(({ type }) => type === "gap")).toEqual([]);
  });
});
