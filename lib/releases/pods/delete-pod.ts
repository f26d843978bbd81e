import "server-only";
import { type Kubernetes } from "#lib/clients/kubernetes/client";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { connectCluster } from "#lib/clusters/connect-cluster";
import { type Db, Prisma } from "#lib/platform/db";
import { isTransient, KeplerError, NotFound, type PublicError } from "#lib/platform/errors";
import { publish } from "#lib/platform/events";
import { type RunResult } from "#lib/platform/queue";
import { publicError } from "#lib/platform/steps";
import { ownDeps, podDeletionJob, type ReleaseDeps } from "../jobs.ts";
import { type ReconcileReleaseDeps } from "../steps/step-context.ts";
import { type PodDeletionView } from "./schema.ts";

type Place = { environmentId: string; uid: string };
type EvictionDeps = ReleaseDeps & { kubernetes(cluster: { context: string }): Kubernetes };

/**
 * Asks for the end of one pod of an app; its controller starts another. Leaves no desired state behind, so it is no
 * release: the wish is a row, written with its job. Asked again after a refusal, it is tried again. Answers the pod's name;
 * NotFound for what the watch does not know as the app's pod in that environment.
 */
export async function requestPodDeletion(
  appId: string,
  requestedById: string,
  place: Place,
  deps: ReleaseDeps = ownDeps(),
): Promise<{ name: string }> {
  return request(deps, await podIn(deps.db, appId, place), { appId, requestedById, evict: false });
}

/** The same by eviction, which is tried at once, changing nothing: Conflict when a disruption budget refuses. */
export async function requestPodEviction(
  appId: string,
  requestedById: string,
  place: Place,
  { signal }: { signal: AbortSignal },
  deps: EvictionDeps = { ...ownDeps(), kubernetes: connectCluster },
): Promise<{ name: string }> {
  const pod = await podIn(deps.db, appId, place);
  await deps.kubernetes(pod.cluster).evict(pod, { signal, dryRun: true });
  return request(deps, pod, { appId, requestedById, evict: true });
}

async function podIn(db: Db, appId: string, { environmentId, uid }: Place) {
  const environment = await db.environment.findUnique({
    where: { id: environmentId },
    select: { clusterId: true, namespace: true },
  });
  const pod =
    environment &&
    (await db.observedPod.findFirst({
      where: { ...environment, appId, uid },
      select: { clusterId: true, namespace: true, name: true, uid: true, cluster: { select: { context: true } } },
    }));
  if (!pod) throw new NotFound("There is no such pod.");
  return pod;
}

/** `evict` asks the disruption budgets first, as a drain does. */
type Wish = { appId: string; requestedById: string; evict: boolean };

async function request(
  { db, enqueue, now }: ReleaseDeps,
  { clusterId, uid, namespace, name }: Awaited<ReturnType<typeof podIn>>,
  { appId, ...wish }: Wish,
): Promise<{ name: string }> {
  await db.$transaction(async (tx) => {
    const wanted = { ...wish, requestedAt: now(), endedAt: null, error: Prisma.DbNull };
    await tx.podDeletion.upsert({
      where: { clusterId_uid: { clusterId, uid } },
      create: { clusterId, uid, appId, namespace, name, ...wanted },
      update: wanted,
    });
    await enqueue(tx, podDeletionJob, `${clusterId}/${uid}`);
  });
  return { name };
}

/** What became of it. NotFound where nobody asked for the end of such a pod of the app. */
export async function getPodDeletion(appId: string, uid: string, db: Db = ownDeps().db): Promise<PodDeletionView> {
  const row = await db.podDeletion.findFirst({
    where: { appId, uid },
    orderBy: { requestedAt: "desc" },
    select: { name: true, endedAt: true, error: true },
  });
  if (!row) throw new NotFound("Nobody asked for the end of this pod.");
  return { name: row.name, ended: row.endedAt !== null, error: publicError.nullable().parse(row.error) };
}

const LOOK_AGAIN_MS = 1_000;

type Deps = {
  db: Db;
  now(): Date;
  clients: Pick<ReconcileReleaseDeps["clients"], "kubernetes">;
  checkpoint?(name: string): Promise<void>;
};

/**
 * Ends the pod that was asked for, and no later one of the same name (a StatefulSet's pods keep theirs). Looks before it
 * acts: killed in between, the next run finds the pod gone or going and only writes that down.
 */
export async function deletePod(deps: Deps, key: string, { signal }: { signal: AbortSignal }): Promise<RunResult> {
  const [clusterId = "", uid = ""] = key.split("/");
  const row = await deps.db.podDeletion.findUnique({
    where: { clusterId_uid: { clusterId, uid } },
    select: {
      namespace: true,
      name: true,
      evict: true,
      endedAt: true,
      cluster: { select: { id: true, context: true } },
    },
  });
  if (!row || row.endedAt) return "done";
  const kubernetes = deps.clients.kubernetes(row.cluster);
  const ref = { ...KINDS.pod, namespace: row.namespace, name: row.name };
  try {
    const live = await kubernetes.get(ref, { signal });
    if (live?.metadata.uid === uid && !live.metadata.deletionTimestamp) {
      await deps.checkpoint?.("pod-deletion.before-effect");
      if (row.evict) await kubernetes.evict({ ...ref, uid }, { signal });
      else await kubernetes.delete(ref, { signal });
      await deps.checkpoint?.("pod-deletion.after-effect");
    }
  } catch (error) {
    if (!(error instanceof KeplerError)) throw error;
    if (isTransient(error)) return { requeueAfterMs: error.retryAfterMs ?? LOOK_AGAIN_MS };
    await end(deps, { clusterId, uid }, error.toPublic());
    return { terminal: error.toPublic() };
  }
  await end(deps, { clusterId, uid }, null);
  return "done";
}

async function end({ db, now }: Deps, pod: { clusterId: string; uid: string }, error: PublicError | null) {
  await db.$transaction(async (tx) => {
    const json: Prisma.InputJsonObject | null = error && JSON.parse(JSON.stringify(error));
    const { app } = await tx.podDeletion.update({
      where: { clusterId_uid: pod },
      data: { endedAt: now(), error: json ?? Prisma.DbNull },
      select: { app: { select: { id: true, teamId: true } } },
    });
    await publish(tx, { kind: "pods", subjectId: app.id, teamId: app.teamId, appId: app.id });
  });
}

/** Keys of the wishes that have no answer yet: what the resync of each minute asks about again. */
export async function unfinishedPodDeletions({ db }: { db: Db }): Promise<string[]> {
  const rows = await db.podDeletion.findMany({ where: { endedAt: null }, select: { clusterId: true, uid: true } });
  return rows.map(({ clusterId, uid }) => `${clusterId}/${uid}`);
}
