import "server-only";
import { z } from "zod";
import { parseQuantity } from "#lib/apps/quantity-rules";
import { type KindRef, type Kubernetes } from "#lib/clients/kubernetes/client";
import { type Db, db as ownDb } from "#lib/platform/db";
import { NotFound } from "#lib/platform/errors";
import { connectCluster } from "./connect-cluster.ts";
import { type UsageView } from "./schema.ts";

/** Measurements, not objects: they are not among the kinds that Kepler writes. */
const POD_METRICS: KindRef = {
  apiVersion: "metrics.k8s.io/v1beta1",
  kind: "PodMetrics",
  plural: "pods",
  namespaced: true,
};
const podMetrics = z.object({
  timestamp: z.iso.datetime({ offset: true }),
  containers: z.array(z.object({ name: z.string(), usage: z.object({ cpu: z.string(), memory: z.string() }) })),
});

export type UsageDeps = { db: Db; kubernetes(cluster: { context: string }): Kubernetes };
const ownDeps = (): UsageDeps => ({ db: ownDb(), kubernetes: connectCluster });

/**
 * What the app's own containers use, as the cluster's metrics API last measured it
 * (https://kubernetes.io/docs/tasks/debug/debug-cluster/resource-metrics-pipeline/); null where it has measured none, or
 * has no such API. Throws NotFound for an unknown environment, Unavailable when the cluster does not answer.
 */
export async function getUsage(
  app: { name: string },
  environment: string,
  { signal }: { signal: AbortSignal },
  deps: UsageDeps = ownDeps(),
): Promise<UsageView> {
  const place = await deps.db.environment.findUnique({
    where: { name: environment },
    select: { namespace: true, cluster: { select: { context: true } } },
  });
  if (!place) throw new NotFound(`There is no environment ${environment}.`);
  const options = { labelSelector: `app.kubernetes.io/name=${app.name}`, signal };
  const list = await deps
    .kubernetes(place.cluster)
    .list(POD_METRICS, place.namespace, options)
    .catch((error: unknown) => {
      if (error instanceof NotFound) return { items: [] };
      throw error;
    });
  const pods = list.items.map((item) => podMetrics.parse(item));
  const own = pods.flatMap(({ containers }) => containers.filter(({ name }) => name === app.name));
  const most = (read: (usage: { cpu: string; memory: string }) => number) =>
    Math.max(...own.map(({ usage }) => read(usage)));
  if (own.length === 0) return { highest: null };
  return {
    highest: {
      pods: own.length,
      cpuMillis: Math.round(most(({ cpu }) => amount(cpu) * 1000)),
      memoryBytes: Math.round(most(({ memory }) => amount(memory))),
      measuredAt: pods.map(({ timestamp }) => new Date(timestamp).toISOString()).sort()[0] ?? "",
    },
  };
}

/** In units: cores, bytes. Meters tell billionths of a core. */
const amount = (quantity: string): number => Number(parseQuantity(quantity).value ?? 0n) / 1e9;
