import "server-only";
import { CANARY_SUFFIX } from "#lib/apps/naming-rules";
import { type AppSpec, appSpec } from "#lib/apps/spec-schema";
import { type Prometheus } from "#lib/clients/prometheus/client";
import { ownSystems } from "#lib/clusters/connect-systems";
import { sightOfPods } from "#lib/clusters/missing-rights";
import { clusterKey } from "#lib/clusters/record-system";
import { together } from "#lib/metrics/call-rules";
import { findCallees, findVisits, type Terms } from "#lib/metrics/find-calls";
import { requestSourceOf } from "#lib/metrics/scope-rules";
import { type Db, db as ownDb } from "#lib/platform/db";
import { KeplerError, NotFound } from "#lib/platform/errors";
import { keptReads } from "#lib/platform/kept-reads";
import { canaryStanding } from "#lib/releases/canary/schema";
import { type TopologyView } from "./schema.ts";
import { type Callee, type Calls, NO_CALLS, type Trial, topologyOf } from "./topology-rules.ts";

export type TopologyDeps = { db: Db; prometheus: Prometheus | null; now: () => Date };
const ownDeps = (): TopologyDeps => ({
  db: ownDb(),
  prometheus: ownSystems().prometheus,
  now: () => new Date(),
});

/** The picture does not wait long for what is only a part of it. */
const CALLS_WITHIN_MS = 1500;

/**
 * What lies between an app's visitors and what it uses, from the Spec that runs and the rows that the watch keeps; how often
 * it is called, and whom it calls, come from the metrics of Istio and Traefik. Throws NotFound for an unknown environment.
 */
export async function getTopology(
  app: { id: string; name: string },
  environment: string,
  deps: TopologyDeps = ownDeps(),
): Promise<TopologyView> {
  const { db, now } = deps;
  const place = await db.environment.findUnique({
    where: { name: environment },
    select: { id: true, clusterId: true, namespace: true, domain: true },
  });
  if (!place) throw new NotFound(`There is no environment ${environment}.`);
  const { clusterId, namespace, domain } = place;
  const [release, trial, pods, workload, cluster, { seenAt }] = await Promise.all([
    db.release.findFirst({
      where: { appId: app.id, environmentId: place.id, state: "done" },
      orderBy: { number: "desc" },
      select: { number: true, endedAt: true, spec: true },
    }),
    trialIn(db, { appId: app.id, environmentId: place.id }),
    db.observedPod.findMany({
      where: { appId: app.id, clusterId, namespace },
      select: { name: true, status: true, ready: true, meshProxy: true, track: true, createdAt: true },
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
  const calls = spec ? await callsOf(deps, { app: app.name, namespace, spec }) : NO_CALLS;
  return topologyOf({
    ...{ app, domain, pods, seenAt, calls, trial, now: now(), cluster: cluster?.state ?? null },
    release: release && spec && { number: release.number, endedAt: release.endedAt, spec },
    hasWorkload: workload !== null,
  });
}

/** The release that gets a share of the requests beside what runs; null where none does. */
async function trialIn(db: Db, place: { appId: string; environmentId: string }): Promise<Trial | null> {
  const found = await db.release.findFirst({
    where: { ...place, state: "canary" },
    orderBy: { number: "desc" },
    select: { number: true, steps: { where: { name: "canary" }, select: { detail: true } } },
  });
  const standing = canaryStanding.safeParse(found?.steps[0]?.detail).data;
  return found && standing ? { number: found.number, weight: standing.weight } : null;
}

type Scope = { app: string; namespace: string; spec: AppSpec };

/** Each change of a pod draws the picture again, and its figures are of minutes. */
const keptCalls = keptReads<Calls>(10_000);

/** Null when nobody could say. */
async function callsOf({ db, prometheus, now }: TopologyDeps, scope: Scope): Promise<Calls | null> {
  const { app, namespace, spec } = scope;
  const gateway = gatewayOf(spec);
  const isMeshed = spec.meshMode === "mesh";
  if (gateway === null && !isMeshed) return NO_CALLS;
  if (prometheus === null) return null;
  const at = now();
  // Nobody's signal: the answer is for all who ask.
  const terms = { now: at, signal: AbortSignal.timeout(2 * CALLS_WITHIN_MS), deadlineMs: CALLS_WITHIN_MS };
  const key = JSON.stringify([namespace, app, gateway, isMeshed]);
  return keptCalls(key, at, () => askCalls(prometheus, db, scope, terms)).catch((error: unknown) => {
    if (error instanceof KeplerError) return null;
    throw error;
  });
}

async function askCalls(prometheus: Prometheus, db: Db, scope: Scope, terms: Terms): Promise<Calls> {
  const { meshMode } = scope.spec;
  const [atGateway, inMesh, callees] = await Promise.all([
    visitsOf(prometheus, gatewayOf(scope.spec), scope, terms),
    meshMode === "mesh" ? visitsOf(prometheus, "mesh", scope, terms) : [],
    meshMode === "mesh" ? calleesOf(prometheus, db, scope, terms) : [],
  ]);
  const [stable, canary] = [scope.app, scope.app + CANARY_SUFFIX].map((name) =>
    together(atGateway.filter(({ app }) => app === name)),
  );
  return { stable: stable ?? null, canary: canary ?? null, inMesh: together(inMesh), callees };
}

const gatewayOf = ({ exposure }: AppSpec) => requestSourceOf({ exposure, meshMode: "normal" });

/** Of what runs and of a canary beside it. */
const visitsOf = async (
  prometheus: Prometheus,
  source: ReturnType<typeof requestSourceOf>,
  { app, namespace, spec: { ports } }: Scope,
  terms: Terms,
) => {
  const services = [app, app + CANARY_SUFFIX].map((name) => ({ app: name, ports }));
  return source === null ? [] : findVisits(prometheus, { source, namespace, services }, terms);
};

async function calleesOf(prometheus: Prometheus, db: Db, scope: Scope, terms: Terms): Promise<Callee[]> {
  const found = await findCallees(prometheus, scope, terms);
  const near = found.filter(({ namespace }) => namespace === scope.namespace).map(({ service }) => service);
  const ours = await db.app.findMany({ where: { name: { in: near }, retiredAt: null }, select: { name: true } });
  const names = new Set(ours.map(({ name }) => name));
  return found.map(({ service, namespace, ...rest }) => {
    const isNear = namespace === scope.namespace;
    return { ...rest, service: isNear ? service : `${service}.${namespace}`, isOurs: isNear && names.has(service) };
  });
}
