import "server-only";
import { type Kubernetes } from "#lib/clients/kubernetes/client";
import { createKubernetes } from "#lib/clients/kubernetes/create-kubernetes";
import { env } from "#lib/platform/env";
import { Unavailable } from "#lib/platform/errors";

const kept: typeof globalThis & { keplerClusters?: Map<string, Kubernetes> } = globalThis;

/** The process's own client for a cluster: one for each context, so that connections are shared and kept. */
export function connectCluster(cluster: { context: string }): Kubernetes {
  const clients = (kept.keplerClusters ??= new Map());
  const open = clients.get(cluster.context);
  if (open) return open;
  const configured = env().kubernetes;
  if (!configured) {
    throw new Unavailable("No cluster is configured.", {
      system: "kubernetes",
      next: "Set KUBECONFIG and start again.",
    });
  }
  const { kubeconfig } = configured;
  const client = createKubernetes({ kubeconfig, context: cluster.context, fieldManager: "kepler" });
  clients.set(cluster.context, client);
  return client;
}
