import "server-only";
import { appSpec } from "#lib/apps/spec-schema";
import { type Prometheus } from "#lib/clients/prometheus/client";
import { ownSystems } from "#lib/clusters/connect-systems";
import { sightOfPods } from "#lib/clusters/missing-rights";
import { clusterKey } from "#lib/clusters/record-system";
import { findCallees } from "#lib/metrics/find-calls";
import { type Db, db as ownDb } from "#lib/platform/db";
import { KeplerError, NotFound } from "#lib/platform/errors";
import { type TopologyView } from "./schema.ts";
import { type Callee, topologyOf } from "./topology-rules.ts";

export type TopologyDeps = { db: Db; prometheus: Prometheus | null; now: () => Date };
const ownDeps = (): TopologyDeps => ({
  db: ownDb(),
  prometheus: ownSystems().prometheus,
  now: () => new Date(),
});

/** The picture does not wait long for what is only a part of it. */
const CALLEES_WITHIN_MS = 1500;

/**
 * What lies between an app's visitors and what it uses, from the Spec that runs and the rows that the watch keeps; the
 * services that it calls come from Istio's metrics. Throws NotFound for an unknown environment.
 */
export async function getTopology(
  app: { id: string; name: string },
  environment: string,
  { signal }: { signal: AbortSignal },
  deps: TopologyDeps = ownDeps(),
): Promise<TopologyView> {
  const { db, now } = deps;
  const place = await db.environment.findUnique({
    where: { name: environment },
    select: { id: true, clusterId: true, namespace: true, domain: true },
  });
  if (!place) throw new NotFound(`There is no environment ${environment}.`);
  const { clusterId, namespace, domain } = place;
  const [release, pods, workload, cluster, { seenAt }] = await Promise.all([
    db.release.findFirst({
      where: { appId: app.id, environmentId: place.id, state: "done" },
      orderBy: { number: "desc" },
      select: { number: true, endedAt: true, spec: true },
    }),
    db.observedPod.findMany({
      where: { appId: app.id, clusterId, namespace },
      select: { name: true, status: true, ready: true, meshProxy: true, createdAt: true },
    }),
    db.observedWorkload.findUnique({
      where: { clusterId_namespace_name: { clusterId, namespace, name: app.name } },
      select: { name: true },
    }),
    db.systemStatus.findUnique({
      where: { key: clusterKey(clusterId) },
      select: { state: true },
    }),
    sightOfPods(db, { clusterId, namespace }),
  ]);
  const spec = release && appSpec.parse(release.spec);
  const callees = spec?.meshMode === "mesh" ? await calleesOf(deps, { app: app.name, namespace }, signal) : [];
  return topologyOf({
    ...{ app, domain, pods, seenAt, callees, now: now(), cluster: cluster?.state ?? null },
    release: release && spec && { number: release.number, endedAt: release.endedAt, spec },
    hasWorkload: workload !== null,
  });
}

/** Null when nobody could say. */
async function calleesOf(
  { db, prometheus, now }: TopologyDeps,
  scope: { app: string; namespace: string },
  signal: AbortSignal,
): Promise<Callee[] | null> {
  if (prometheus === null) return null;
  try {
    const terms = { now: now(), signal, deadlineMs: CALLEES_WITHIN_MS };
    const found = await findCallees(prometheus, scope, terms);
    const near = found.filter(({ namespace }) => namespace === scope.namespace).map(({ service }) => service);
    const ours = await db.app.findMany({ where: { name: { in: near }, retiredAt: null }, select: { name: true } });
    const names = new Set(ours.map(({ name }) => name));
    return found.map(({ service, namespace, ...rest }) => {
      const isNear = namespace === scope.namespace;
      return { ...rest, service: isNear ? service : `${service}.${namespace}`, isOurs: isNear && names.has(service) };
    });
  } catch (error) {
    if (error instanceof KeplerError && !signal.aborted) return null;
    throw error;
  }
}
