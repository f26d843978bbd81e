import "server-only";
import { z } from "zod";
import { type KindRef, type Kubernetes } from "#lib/clients/kubernetes/client";
import { NotFound } from "#lib/platform/errors";
import { amount } from "./container-rules.ts";

/** Measurements, not objects: they are not among the kinds that Kepler writes. */
const POD_METRICS: KindRef = {
  apiVersion: "metrics.k8s.io/v1beta1",
  kind: "PodMetrics",
  plural: "pods",
  namespaced: true,
};
const podMetrics = z.object({
  metadata: z.object({ name: z.string() }),
  timestamp: z.iso.datetime({ offset: true }),
  containers: z.array(z.object({ name: z.string(), usage: z.object({ cpu: z.string(), memory: z.string() }) })),
});

export type ContainerUsage = { pod: string; container: string; cpuMillis: number; memoryBytes: number; at: Date };

/**
 * What containers use, as the cluster's metrics API last measured it
 * (https://kubernetes.io/docs/tasks/debug/debug-cluster/resource-metrics-pipeline/); none where it has no such API,
 * or says something else.
 */
export async function readUsage(
  kubernetes: Kubernetes,
  namespace: string,
  options: { labelSelector: string; signal: AbortSignal },
): Promise<ContainerUsage[]> {
  const list = await kubernetes.list(POD_METRICS, namespace, options).catch((error: unknown) => {
    if (error instanceof NotFound) return { items: [] };
    throw error;
  });
  return list.items.flatMap((item) => {
    const { data } = podMetrics.safeParse(item);
    if (!data) return [];
    const { metadata, timestamp, containers } = data;
    return containers.map(({ name, usage }) => ({
      pod: metadata.name,
      container: name,
      // Meters tell billionths of a core.
      cpuMillis: amount(usage.cpu, 1000) ?? 0,
      memoryBytes: amount(usage.memory, 1) ?? 0,
      at: new Date(timestamp),
    }));
  });
}
