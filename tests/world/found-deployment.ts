import { randomUUID } from "node:crypto";
import { createKubernetes } from "#lib/clients/kubernetes/create-kubernetes";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { openDoor } from "#lib/clients/kubernetes/kube-fetch";
import { seeWorkload } from "#lib/clusters/workload-rules";
import { pushImage } from "./push-image.ts";
import { type World } from "./sandbox.ts";
import { waitFor } from "./wait-for.ts";

type Change = {
  name?: string;
  replicas?: number;
  labels?: Record<string, string>;
  cmd: string[];
  /** Ready when it answers on 8080; otherwise as soon as it runs. */
  probed?: boolean;
};

/**
 * A Deployment as `kubectl create` makes one: posted over HTTP, under another manager's hand, with an image by its tag and
 * fields that a Spec cannot say. Resolves to its name when its pods are there.
 */
export async function makeDeployment(
  { kubernetes, registry }: Pick<World<"kubernetes" | "registry">, "kubernetes" | "registry">,
  { name = `old-${randomUUID().slice(0, 8)}`, replicas = 2, labels = {}, cmd, probed = true }: Change,
): Promise<string> {
  await pushImage(registry, name, "1.0", { config: { Cmd: cmd } });
  const body = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, labels: { app: name, ...labels }, annotations: { owner: "omar" } },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: {
          terminationGracePeriodSeconds: 2,
          containers: [
            {
              name: "web",
              image: `${new URL(registry.url).host}/${name}:1.0`,
              ports: [{ containerPort: 8080, name: "http" }],
              env: [
                { name: "MODE", value: "old" },
                { name: "WHERE", valueFrom: { fieldRef: { fieldPath: "metadata.namespace" } } },
              ],
              ...(probed ? { readinessProbe: { httpGet: { path: "/", port: "http" }, periodSeconds: 1 } } : {}),
            },
          ],
        },
      },
    },
  };
  const door = openDoor(kubernetes.kubeconfig);
  const client = createKubernetes({ kubeconfig: kubernetes.kubeconfig, fieldManager: "kubectl" });
  try {
    const path = "/apis/apps/v1/namespaces/kepler-dev/deployments?fieldManager=kubectl-create";
    const headers = { "content-type": "application/json" };
    const answer = await door.fetch(`${door.server}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
    if (answer.status !== 201) throw new Error(`${answer.status}: ${await answer.text()}`);
    const ref = { ...KINDS.deployment, namespace: "kepler-dev", name };
    const settled = async () => {
      const seen = seeWorkload(await client.get(ref));
      return seen?.available === replicas && seen.total === replicas && seen.observedGeneration === seen.generation;
    };
    await waitFor("the Deployment's pods", settled, 60_000);
    return name;
  } finally {
    door.close();
    client.close();
  }
}
