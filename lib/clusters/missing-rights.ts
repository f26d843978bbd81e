import "server-only";
import { type Db } from "#lib/platform/db";
import { publish } from "#lib/platform/events";
import { clusterKey } from "./record-system.ts";
import { type MissingRightView } from "./schema.ts";

/** A kind of object ("pods", "deployments.apps") in a namespace, or in all (null). */
export type WatchedPlace = { resource: string; namespace: string | null };

/** Whether pods, and what makes them, can be seen decides whether a service's state is known. */
export const STATE_RESOURCES = ["pods", "deployments.apps", "statefulsets.apps"];

const keyOf = (clusterId: string, { resource, namespace }: WatchedPlace) => ({
  clusterId,
  resource,
  namespace: namespace ?? "",
});

/** Notes which verbs the account lacks in a place; none = it has them all. A change reaches every browser. */
export async function recordMissing(
  db: Db,
  clusterId: string,
  place: WatchedPlace,
  { verbs, now }: { verbs: readonly string[]; now: Date },
): Promise<void> {
  const key = keyOf(clusterId, place);
  await db.$transaction(async (tx) => {
    const given = await tx.missingRight.deleteMany({ where: { ...key, verb: { notIn: [...verbs] } } });
    const data = verbs.map((verb) => ({ ...key, verb, since: now }));
    const missing = await tx.missingRight.createMany({ data, skipDuplicates: true });
    if (given.count + missing.count === 0) return;
    await publish(tx, { kind: "system", subjectId: clusterKey(clusterId), teamId: null, appId: null });
  });
}

/** Where nothing is watched any more nothing is missing. */
export async function forgetUnwatched(db: Db, clusterId: string, watched: readonly WatchedPlace[]): Promise<void> {
  const places = watched.map((place) => keyOf(clusterId, place));
  await db.missingRight.deleteMany({ where: { clusterId, NOT: { OR: places } } });
}

/** What is missing: of one cluster's namespace and kind of object where they are given, or of every cluster. */
export async function listMissing(
  db: Db,
  where: { clusterId?: string; namespace?: string; resource?: string } = {},
): Promise<(MissingRightView & { clusterId: string })[]> {
  const { namespace, ...rest } = where;
  const rows = await db.missingRight.findMany({
    where: { ...rest, ...(namespace === undefined ? {} : { namespace: { in: ["", namespace] } }) },
    orderBy: [{ namespace: "asc" }, { resource: "asc" }, { verb: "asc" }],
  });
  const views = new Map<string, MissingRightView & { clusterId: string }>();
  for (const { verb, since, ...place } of rows) {
    const key = Object.values(place).join("/");
    const view = views.get(key) ?? {
      ...place,
      namespace: place.namespace || null,
      verbs: [],
      since: since.toISOString(),
    };
    views.set(key, { ...view, verbs: [...view.verbs, verb] });
  }
  return [...views.values()];
}

/**
 * How good the picture of a namespace's pods is: what the watch may not do there, and when they were last seen: when the
 * cluster was last heard of, or began to forbid it; null = never.
 */
export async function sightOfPods(db: Db, where: { clusterId: string; namespace: string }) {
  const [missing, status] = await Promise.all([
    listMissing(db, { ...where, resource: "pods" }),
    db.systemStatus.findUnique({ where: { key: clusterKey(where.clusterId) }, select: { lastOkAt: true } }),
  ]);
  return { missing, seenAt: missing[0] ? new Date(missing[0].since) : (status?.lastOkAt ?? null) };
}
