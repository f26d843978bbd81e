import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { type Kubernetes } from "#lib/clients/kubernetes/client";
import { createKubernetes } from "#lib/clients/kubernetes/create-kubernetes";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { followPods, type LogSource, type LogWish } from "#lib/logs/follow-pods";
import { timedLine } from "#lib/logs/resume-rules";
import { type PodLogEvent } from "#lib/logs/schema";
import { type FaultProxy } from "#tests/world/fault-proxy";
import { startClusterProxy } from "#tests/world/faulty-cluster";
import { pushImage } from "#tests/world/push-image";
import { startWorld, type World } from "#tests/world/sandbox";

/** A line that was given, and the id of the event that it came with. */
export type Heard = { pod: string; at: string; text: string; id: string | null };

const runsShape = z.object({
  containerStatuses: z
    .array(z.object({ restartCount: z.number(), state: z.object({ running: z.looseObject({}).optional() }) }))
    .default([]),
});

/** A cluster with pods that talk, and a way to it on which streams can be cut. */
export class LogWorld {
  readonly world: World<"registry" | "kubernetes">;
  readonly kubernetes: Kubernetes;
  readonly proxy: FaultProxy;
  /** The same cluster, by way of the proxy. */
  readonly cut: Kubernetes;
  readonly #namespace = `kepler-logs-${randomUUID().slice(0, 8)}`;
  readonly #home: string;
  #image = "";

  private constructor(world: World<"registry" | "kubernetes">, home: string, proxy: FaultProxy) {
    this.world = world;
    this.#home = home;
    this.proxy = proxy;
    this.kubernetes = createKubernetes({ kubeconfig: world.kubernetes.kubeconfig, fieldManager: "kepler" });
    this.cut = createKubernetes({ kubeconfig: join(home, "kubeconfig") });
  }

  static async start(options: Parameters<typeof startWorld>[1] = {}): Promise<LogWorld> {
    const world = await startWorld(["registry", "kubernetes"], options);
    const home = await mkdtemp(join(tmpdir(), "kepler-logs-"));
    const proxy = await startClusterProxy(world.kubernetes.kubeconfig, join(home, "kubeconfig"));
    const logs = new LogWorld(world, home, proxy);
    await logs.kubernetes.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: logs.#namespace } });
    const pushed = await pushImage(world.registry, "logs/talker", "v1", { config: {} });
    logs.#image = `${new URL(world.registry.url).host}/logs/talker@${pushed.digest}`;
    return logs;
  }

  async stop(): Promise<void> {
    await this.kubernetes.delete({ ...KINDS.namespace, name: this.#namespace });
    this.cut.close();
    this.kubernetes.close();
    await this.proxy.stop();
    await this.world.stop();
    await rm(this.#home, { recursive: true, force: true });
  }

  async startPod(name: string, app: string, script: string): Promise<void> {
    const containers = [{ name: "app", image: this.#image, command: ["node", "-e", script] }];
    await this.kubernetes.apply({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name, namespace: this.#namespace, labels: { app } },
      spec: { terminationGracePeriodSeconds: 0, containers },
    });
  }

  /** The cluster's own list of pods instead of the watch's: this is about the logs. */
  sourceOf(app: string, through = this.kubernetes): LogSource & { changed(): void } {
    const listeners = new Set<() => void>();
    return {
      kubernetes: through,
      namespace: this.#namespace,
      pods: async () => {
        const { items } = await this.kubernetes.list(KINDS.pod, this.#namespace, { labelSelector: `app=${app}` });
        return items.map(({ metadata }) => ({ name: metadata.name, running: true }));
      },
      onPodsChanged: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      changed: () => listeners.forEach((listener) => listener()),
    };
  }

  /** How often its container was started again, and whether it runs. */
  async runOf(name: string): Promise<{ restarts: number; isRunning: boolean }> {
    const pod = await this.kubernetes.get({ ...KINDS.pod, namespace: this.#namespace, name });
    const [container] = runsShape.parse(pod?.status).containerStatuses;
    return { restarts: container?.restartCount ?? 0, isRunning: container?.state.running !== undefined };
  }

  /** What `kubectl logs --timestamps` prints, of the container before as well. */
  async printed(pod: string, previous: boolean): Promise<{ at: string; text: string }[]> {
    const lines: { at: string; text: string }[] = [];
    const options = { container: "app", previous, timestamps: true };
    for await (const line of this.kubernetes.readLog(this.#namespace, pod, options)) {
      // What has no time is a further piece of the line before.
      lines.push(timedLine(line) ?? { at: lines.at(-1)?.at ?? "", text: line });
    }
    return lines;
  }
}

/** Follows as a page does; `lines` and `others` fill up meanwhile. */
export function follow(source: LogSource, wish: Partial<LogWish> = {}) {
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
