import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Kubernetes, type KubernetesObject } from "#lib/clients/kubernetes/client";
import { createKubernetes } from "#lib/clients/kubernetes/create-kubernetes";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { seePod } from "#lib/clusters/pod-rules";
import { pushImage } from "#tests/world/push-image";
import { startWorld, type World } from "#tests/world/sandbox";
import { waitFor } from "#tests/world/wait-for";

const namespace = `kepler-pods-${randomUUID().slice(0, 8)}`;
const NOWHERE = `sha256:${"0".repeat(64)}`;
const SETTLED_WITHIN_MS = 45_000;
const serving = (version: string) => [
  "node",
  "-e",
  `require("http").createServer((q,s)=>s.end("${version}")).listen(8080);console.log("${version} listens")`,
];

/** Pods as a cluster's node runs them: really pulled, really started, really failing. */
describe("the pods of a cluster", () => {
  let world: World<"kubernetes" | "registry">;
  let kubernetes: Kubernetes;
  let repository: string;

  beforeAll(async () => {
    world = await startWorld(["registry", "kubernetes"]);
    kubernetes = createKubernetes(world.kubernetes);
    repository = `${new URL(world.registry.url).host}/contract/pods`;
    await kubernetes.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
  });
  afterAll(async () => {
    await kubernetes?.delete({ ...KINDS.namespace, name: namespace });
    kubernetes?.close();
    await world?.stop();
  });

  const push = async (tag: string, Cmd: string[]) => {
    const { digest } = await pushImage(world.registry, "contract/pods", tag, { config: { Cmd, Labels: { tag } } });
    return `${repository}@${digest}`;
  };
  const deploy = (name: string, image: string, replicas = 1) => {
    const labels = { app: name };
    const readinessProbe = { tcpSocket: { port: 8080 }, periodSeconds: 1 };
    return kubernetes.apply({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name, namespace, labels },
      spec: {
        replicas,
        selector: { matchLabels: labels },
        strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
        template: {
          metadata: { labels },
          spec: { terminationGracePeriodSeconds: 1, containers: [{ name: "app", image, readinessProbe }] },
        },
      },
    });
  };
  const podsOf = async (app: string) => {
    const { items } = await kubernetes.list(KINDS.pod, namespace, { labelSelector: `app=${app}` });
    return items.filter((pod) => !pod.metadata.deletionTimestamp);
  };
  const rolledOut = (name: string) =>
    waitFor(
      `${name} to be rolled out`,
      async () => {
        const one = await kubernetes.get({ ...KINDS.deployment, namespace, name });
        const { replicas, updatedReplicas, availableReplicas, observedGeneration } = statusOf(one);
        const wanted = numberAt(one, "spec", "replicas");
        const isSeen = observedGeneration === one?.metadata.generation;
        return isSeen && [replicas, updatedReplicas, availableReplicas].every((count) => count === wanted);
      },
      SETTLED_WITHIN_MS,
    );

  it("run what was pushed, and roll to the next image without a moment of fewer ready pods", async () => {
    await deploy("rolling", await push("v1", serving("v1")), 2);
    await rolledOut("rolling");
    const before = (await podsOf("rolling")).map((pod) => pod.metadata.name);
    const next = await push("v2", serving("v2"));
    const watching = new AbortController();
    const available: number[] = [];
    const { resourceVersion } = await kubernetes.list(KINDS.deployment, namespace);
    const watched = kubernetes.watch(KINDS.deployment, namespace, {
      resourceVersion,
      signal: watching.signal,
      onEvent: ({ object }) => {
        if (object.metadata.name === "rolling") available.push(statusOf(object).availableReplicas);
      },
    });
    await deploy("rolling", next, 2);
    await rolledOut("rolling");
    watching.abort();
    await watched;
    const after = await podsOf("rolling");
    expect(after.map((pod) => seePod(pod)?.imageDigest)).toEqual(Array(2).fill(next.split("@")[1]));
    expect(after.map((pod) => pod.metadata.name)).not.toEqual(expect.arrayContaining(before));
    expect(Math.min(...available)).toBeGreaterThanOrEqual(2);
    const revision = await kubernetes.get({ ...KINDS.deployment, namespace, name: "rolling" });
    expect(revision?.metadata.annotations?.["deployment.kubernetes.io/revision"]).toBe("2");
  });

  it("wait with the reason that people know when the registry lacks their image", async () => {
    await deploy("unpullable", `${repository}@${NOWHERE}`);
    const pod = await waitFor(
      "the pull to fail",
      async () => {
        const [one] = await podsOf("unpullable");
        const seen = one && seePod(one);
        return seen?.status === "ImagePullBackOff" && seen;
      },
      SETTLED_WITHIN_MS,
    );
    expect(pod.message).toMatch(/not found/);
    expect(pod).toMatchObject({ ready: false, restarts: 0, imageDigest: null });
    const { items } = await kubernetes.list(KINDS.event, namespace, {
      fieldSelector: `involvedObject.name=${pod.name},type=Warning`,
    });
    expect(items.map((event) => event.reason)).toContain("Failed");
  });

  it("tell how their program ended, start it again and keep the log of the last time", async () => {
    const dying = ["node", "-e", `console.log("last words");process.exit(7)`];
    await deploy("dying", await push("dying", dying));
    const pod = await waitFor(
      "a second start",
      async () => {
        const [one] = await podsOf("dying");
        const seen = one && seePod(one);
        return (seen?.restarts ?? 0) > 0 && seen?.status === "CrashLoopBackOff" && seen;
      },
      SETTLED_WITHIN_MS,
    );
    expect(pod.containers[0]).toMatchObject({ lastExitCode: 7, lastReason: "Error" });
    const lines: string[] = [];
    for await (const line of kubernetes.readLog(namespace, pod.name, { container: "app" })) lines.push(line);
    expect(lines).toEqual(["last words"]);
  });
});

type Status = { replicas: number; updatedReplicas: number; availableReplicas: number; observedGeneration: number };
const statusOf = (object: KubernetesObject | null): Status => ({
  replicas: numberAt(object, "status", "replicas"),
  updatedReplicas: numberAt(object, "status", "updatedReplicas"),
  availableReplicas: numberAt(object, "status", "availableReplicas"),
  observedGeneration: numberAt(object, "status", "observedGeneration"),
});

function numberAt(object: KubernetesObject | null, section: string, field: string): number {
  const part = object?.[section];
  const value: unknown = typeof part === "object" && part !== null ? Reflect.get(part, field) : undefined;
  return typeof value === "number" ? value : 0;
}
