import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type Kubernetes } from "#lib/clients/kubernetes/client";
import { createKubernetes } from "#lib/clients/kubernetes/create-kubernetes";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { pushImage } from "#tests/world/push-image";
import { startWorld, type World } from "#tests/world/sandbox";

const namespace = `kepler-logs-${randomUUID().slice(0, 8)}`;
const SCRIPT = "let n = 0; setInterval(() => console.log('line', ++n), 100)";

describe("the log of a running container", () => {
  let world: World<"kubernetes" | "registry">;
  let kubernetes: Kubernetes;

  beforeAll(async () => {
    world = await startWorld(["registry", "kubernetes"]);
    kubernetes = createKubernetes(world.kubernetes);
    await kubernetes.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
    const pushed = await pushImage(world.registry, "contract/talker", "v1", { config: {} });
    const image = `${new URL(world.registry.url).host}/contract/talker@${pushed.digest}`;
    const container = { name: "app", image, command: ["node", "-e", SCRIPT] };
    const metadata = { name: "talker", namespace };
    await kubernetes.apply({ apiVersion: "v1", kind: "Pod", metadata, spec: { containers: [container] } });
    await vi.waitFor(
      async () => {
        const pod = await kubernetes.get({ ...KINDS.pod, namespace, name: "talker" });
        expect(pod).toMatchObject({ status: { phase: "Running" } });
      },
      { timeout: 30_000, interval: 100 },
    );
  });
  afterAll(async () => {
    await kubernetes?.delete({ ...KINDS.namespace, name: namespace });
    kubernetes?.close();
    await world?.stop();
  });

  const follow = async (options: { sinceTime?: string; tailLines?: number }, until: number) => {
    const caller = new AbortController();
    const lines: string[] = [];
    const log = kubernetes.readLog(namespace, "talker", {
      ...options,
      follow: true,
      timestamps: true,
      signal: caller.signal,
    });
    for await (const line of log) if (lines.push(line) === until) caller.abort();
    return lines;
  };

  it("is followed line by line, each with its time, until it is called off", async () => {
    const lines = await follow({}, 3);
    expect(lines.map((line) => line.replace(/^\S+ /, ""))).toEqual(["line 1", "line 2", "line 3"]);
    for (const line of lines) expect(line).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z /);
  });

  it("goes on from the time of a line, without a gap", async () => {
    const [, second] = await follow({}, 2);
    const again = await follow({ sinceTime: second?.split(" ")[0] }, 4);
    const numbers = again.map((line) => Number(line.split(" ").at(-1)));
    // sinceTime counts whole seconds on real clusters: what repeats is for the reader to drop.
    expect(numbers[0]).toBeLessThanOrEqual(3);
    expect(numbers).toEqual(numbers.map((_, index) => (numbers[0] ?? 0) + index));
  });

  it("gives its last lines without following", async () => {
    await follow({}, 3);
    const lines: string[] = [];
    for await (const line of kubernetes.readLog(namespace, "talker", { tailLines: 2 })) lines.push(line);
    expect(lines).toHaveLength(2);
    expect(lines[1]).toMatch(/^line \d+$/);
  });
});
