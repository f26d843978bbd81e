import "server-only";
import { appSpec } from "#lib/apps/spec-schema";
import { type Kubernetes } from "#lib/clients/kubernetes/client";
import { type Db, db as ownDb } from "#lib/platform/db";
import { NotFound } from "#lib/platform/errors";
import { containerOf, selector } from "#lib/releases/manifests/object";
import { connectCluster } from "./connect-cluster.ts";
import { labelSelectorOf } from "./label-rules.ts";
import { readUsage } from "./read-usage.ts";
import { type UsageView } from "./schema.ts";

export type UsageDeps = { db: Db; kubernetes(cluster: { context: string }): Kubernetes };
const ownDeps = (): UsageDeps => ({ db: ownDb(), kubernetes: connectCluster });

/**
 * What the app's containers use, as the cluster's metrics API last measured it, and the most that any of its own does;
 * nothing where it has measured none. Throws NotFound for an unknown environment, Unavailable when the cluster does not answer.
 */
export async function getUsage(
  app: { id: string; name: string },
  environment: string,
  { signal }: { signal: AbortSignal },
  deps: UsageDeps = ownDeps(),
): Promise<UsageView> {
  const place = await deps.db.environment.findUnique({
    where: { name: environment },
    select: { id: true, namespace: true, cluster: { select: { context: true } } },
  });
  if (!place) throw new NotFound(`There is no environment ${environment}.`);
  // By what finds the pods, which an imported service keeps from others.
  const release = await deps.db.release.findFirst({
    where: { appId: app.id, environmentId: place.id },
    orderBy: { number: "desc" },
    select: { spec: true },
  });
  if (!release) return { highest: null, containers: [] };
  const whose = { app, spec: appSpec.parse(release.spec) };
  const options = { labelSelector: labelSelectorOf(selector(whose)), signal };
  const measured = await readUsage(deps.kubernetes(place.cluster), place.namespace, options);
  const containers = measured.map(({ at, ...usage }) => ({ ...usage, measuredAt: at.toISOString() }));
  const own = containers.filter(({ container }) => container === containerOf(whose));
  if (own.length === 0) return { highest: null, containers };
  return {
    highest: {
      pods: own.length,
      cpuMillis: Math.max(...own.map(({ cpuMillis }) => cpuMillis)),
      memoryBytes: Math.max(...own.map(({ memoryBytes }) => memoryBytes)),
      measuredAt: own.map(({ measuredAt }) => measuredAt).sort()[0] ?? "",
    },
    containers,
  };
}
