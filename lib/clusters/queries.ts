import "server-only";
import { z } from "zod";
import { domainsOf } from "#lib/apps/spec/domain-rules";
import { type Db, db as ownDb, type Prisma } from "#lib/platform/db";
import { NotFound } from "#lib/platform/errors";
import { sharedReads } from "#lib/platform/shared-reads";
import { groupEvents } from "./event-rules.ts";
import { listMissing, sightOfPods } from "./missing-rights.ts";
import { clusterKey } from "./record-system.ts";
import {
  containerView,
  type EnvironmentView,
  type eventList,
  type PodView,
  type podList,
  type SystemView,
} from "./schema.ts";

/** All environments, in the order of promotion. */
export async function listEnvironments(db: Db = ownDb()): Promise<EnvironmentView[]> {
  const rows = await db.environment.findMany({
    orderBy: [{ rank: "asc" }, { name: "asc" }],
    include: {
      cluster: { select: { name: true, meshAvailable: true } },
      domains: { select: { name: true, below: true, tlsSecret: true }, orderBy: { name: "asc" } },
    },
  });
  return rows.map(({ cluster, clusterId: _, createdAt: __, ...row }) => ({
    ...row,
    domains: domainsOf(row),
    cluster: cluster.name,
    meshAvailable: cluster.meshAvailable,
  }));
}

/** Every outside system that Kepler depends on, also those that have not answered yet. */
export async function listSystems(db: Db = ownDb()): Promise<SystemView[]> {
  const [statuses, missing, clusters] = await Promise.all([
    db.systemStatus.findMany(),
    listMissing(db),
    db.cluster.findMany({ select: { id: true, name: true }, orderBy: { name: "asc" } }),
  ]);
  const known = [
    { key: "gitlab", name: "GitLab" },
    { key: "jenkins", name: "Jenkins" },
    { key: "registry", name: "Registry" },
    // Kepler works without it, so it is only named where it was ever asked.
    ...(statuses.some(({ key }) => key === "prometheus") ? [{ key: "prometheus", name: "Prometheus" }] : []),
    ...clusters.map(({ id, name }) => ({ key: `cluster:${id}`, name })),
  ];
  return known.map(({ key, name }) => {
    const status = statuses.find((row) => row.key === key);
    return {
      key,
      name,
      state: status?.state ?? "unknown",
      since: status?.since.toISOString() ?? null,
      lastOkAt: status?.lastOkAt?.toISOString() ?? null,
      checkedAt: status?.checkedAt.toISOString() ?? null,
      reason: status?.reason ?? null,
      missing: missing.filter(({ clusterId }) => key === clusterKey(clusterId)),
    };
  });
}

/** An app's place in one environment: whose rows to read. NotFound when the environment does not exist. */
async function placeOf(db: Db, environment: string): Promise<{ clusterId: string; namespace: string }> {
  const row = await db.environment.findUnique({
    where: { name: environment },
    select: { clusterId: true, namespace: true },
  });
  if (!row) throw new NotFound(`There is no environment ${environment}.`);
  return row;
}

/** Pods of an app in an environment as the watch saw them, newest first. */
export async function listPods(appId: string, environment: string, db: Db = ownDb()): Promise<z.infer<typeof podList>> {
  const { clusterId, namespace } = await placeOf(db, environment);
  const [pods, { seenAt, missing }] = await Promise.all([
    db.observedPod.findMany({
      where: { appId, clusterId, namespace },
      orderBy: [{ createdAt: "desc" }, { name: "asc" }],
    }),
    sightOfPods(db, { clusterId, namespace }),
  ]);
  return { rows: pods.map(podView), seenAt: seenAt?.toISOString() ?? null, missing };
}

const podsTogether = sharedReads<z.infer<typeof podList>>();

/** `listPods` for the many who look at one service, which a change makes read it at the same moment. */
export const listPodsTogether = (appId: string, environment: string, db: Db) =>
  podsTogether(JSON.stringify([appId, environment]), () => listPods(appId, environment, db));

type PodRow = Prisma.ObservedPodGetPayload<object>;

export function podView(row: PodRow): PodView {
  const { clusterId: _, namespace: __, appId: ___, phase: ____, containers, createdAt, seenAt, ...rest } = row;
  return {
    ...rest,
    containers: z.array(containerView).parse(containers),
    createdAt: createdAt.toISOString(),
    seenAt: seenAt.toISOString(),
  };
}

/** The cluster's own events about an app in an environment, same ones together, newest first. */
export async function listKubernetesEvents(
  appId: string,
  environment: string,
  db: Db = ownDb(),
): Promise<z.infer<typeof eventList>> {
  const place = await placeOf(db, environment);
  const [rows, missing] = await Promise.all([
    db.observedEvent.findMany({ where: { appId, ...place }, orderBy: { lastAt: "desc" }, take: 200 }),
    listMissing(db, { ...place, resource: "events" }),
  ]);
  return {
    missing,
    rows: groupEvents(rows).map((row) => ({
      uid: row.uid,
      involved: `${row.involvedKind}/${row.involvedName}`,
      type: row.type,
      reason: row.reason,
      message: row.message,
      count: row.count,
      firstAt: row.firstAt.toISOString(),
      lastAt: row.lastAt.toISOString(),
    })),
  };
}

const eventsTogether = sharedReads<z.infer<typeof eventList>>();

/** `listKubernetesEvents` for the many who look at one service. */
export const listKubernetesEventsTogether = (appId: string, environment: string, db: Db) =>
  eventsTogether(JSON.stringify([appId, environment]), () => listKubernetesEvents(appId, environment, db));
