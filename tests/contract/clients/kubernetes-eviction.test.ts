import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { type Kubernetes } from "#lib/clients/kubernetes/client";
import { createKubernetes } from "#lib/clients/kubernetes/create-kubernetes";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { seePod } from "#lib/clusters/pod-rules";
import { pushImage } from "#tests/world/push-image";
import { startWorld, type World } from "#tests/world/sandbox";
import { waitFor } from "#tests/world/wait-for";

const namespace = `kepler-evict-${randomUUID().slice(0, 8)}`;
const labels = { app: "evicted" };
const counted = z.object({ status: z.object({ expectedPods: z.number(), disruptionsAllowed: z.number() }) });

describe("the eviction of a pod", () => {
  let world: World<"kubernetes" | "registry">;
  let kubernetes: Kubernetes;

  beforeAll(async () => {
    world = await startWorld(["registry", "kubernetes"]);
    kubernetes = createKubernetes(world.kubernetes);
    await kubernetes.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
    const Cmd = ["node", "-e", "setInterval(()=>{},1000)"];
    const { digest } = await pushImage(world.registry, "contract/evicted", "v1", { config: { Cmd } });
    const image = `${new URL(world.registry.url).host}/contract/evicted@${digest}`;
    const template = {
      metadata: { labels },
      spec: { terminationGracePeriodSeconds: 0, containers: [{ name: "app", image }] },
    };
    await kubernetes.apply({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "evicted", namespace, labels },
      spec: { replicas: 1, selector: { matchLabels: labels }, template },
    });
  });
  afterAll(async () => {
    await kubernetes?.delete({ ...KINDS.namespace, name: namespace });
    kubernetes?.close();
    await world?.stop();
  });

  const pods = async () => {
    const { items } = await kubernetes.list(KINDS.pod, namespace, { labelSelector: "app=evicted" });
    return items.flatMap((one) => (one.metadata.deletionTimestamp ? [] : (seePod(one) ?? [])));
  };
  const budget = (minAvailable: number) =>
    kubernetes.apply({
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: { name: "evicted", namespace },
      spec: { minAvailable, selector: { matchLabels: labels } },
    });
  const allows = (count: number) =>
    waitFor("the budget to have counted", async () => {
      const one = counted.safeParse(
        await kubernetes.get({ ...KINDS.podDisruptionBudget, namespace, name: "evicted" }),
      ).data;
      return one?.status.expectedPods === 1 && one.status.disruptionsAllowed === count;
    });

  it("is refused by a disruption budget, tried without a change, meant for one uid alone, and done", async () => {
    const pod = await waitFor("a ready pod", async () => (await pods()).find(({ ready }) => ready));
    await expect(kubernetes.evict({ ...pod, uid: randomUUID() })).rejects.toMatchObject({ code: "conflict" });
    await budget(1);
    await allows(0);
    await expect(kubernetes.evict(pod, { dryRun: true })).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining("The disruption budget evicted needs 1 healthy pods and has 1 currently"),
    });
    await budget(0);
    await allows(1);
    await kubernetes.evict(pod, { dryRun: true });
    expect((await pods()).map(({ uid }) => uid)).toEqual([pod.uid]);
    await kubernetes.evict(pod);
    await waitFor("another pod", async () => (await pods()).every(({ uid }) => uid !== pod.uid));
  });
});
