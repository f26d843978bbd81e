import "server-only";
import { type Kubernetes } from "#lib/clients/kubernetes/client";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { connectCluster } from "#lib/clusters/connect-cluster";
import { type Db } from "#lib/platform/db";
import { isTransient, KeplerError, NotFound } from "#lib/platform/errors";
import { type RunResult } from "#lib/platform/queue";
import { ownDeps, podDeletionJob, type ReleaseDeps } from "./jobs.ts";
import { type ReconcileReleaseDeps } from "./steps/step-context.ts";

/** `evict` asks the disruption budgets first, as a drain does; `delete` asks nobody. */
type PodEnd = "delete" | "evict";

type Place = { environmentId: string; uid: string };
type EvictionDeps = Pick<ReleaseDeps, "db" | "enqueue"> & { kubernetes(cluster: { context: string }): Kubernetes };

/**
 * Asks for the end of one pod of an app; its controller starts another. Leaves no desired state behind, so it is no
 * release. Answers the pod's name; NotFound for what the watch does not know as the app's pod in that environment.
 */
export async function requestPodDeletion(
  appId: string,
  place: Place,
  { db, enqueue }: Pick<ReleaseDeps, "db" | "enqueue"> = ownDeps(),
): Promise<{ name: string }> {
  const pod = await podIn(db, appId, place);
  await enqueue(undefined, podDeletionJob, keyOf(pod, "delete"));
  return { name: pod.name };
}

/** The same by eviction, which is tried at once, changing nothing: Conflict when a disruption budget refuses. */
export async function requestPodEviction(
  appId: string,
  place: Place,
  { signal }: { signal: AbortSignal },
  { db, enqueue, kubernetes }: EvictionDeps = { ...ownDeps(), kubernetes: connectCluster },
): Promise<{ name: string }> {
  const pod = await podIn(db, appId, place);
  await kubernetes(pod.cluster).evict(pod, { signal, dryRun: true });
  await enqueue(undefined, podDeletionJob, keyOf(pod, "evict"));
  return { name: pod.name };
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

const keyOf = ({ clusterId, uid }: { clusterId: string; uid: string }, end: PodEnd): string =>
  `${clusterId}/${uid}/${end}`;

const LOOK_AGAIN_MS = 1_000;

type Deps = { db: Db; clients: Pick<ReconcileReleaseDeps["clients"], "kubernetes"> };

/** Ends the pod that was asked for, and no later one of the same name (a StatefulSet's pods keep theirs). */
export async function deletePod(deps: Deps, key: string, { signal }: { signal: AbortSignal }): Promise<RunResult> {
  const [clusterId = "", uid = "", end] = key.split("/");
  const pod = await deps.db.observedPod.findUnique({
    where: { clusterId_uid: { clusterId, uid } },
    select: { namespace: true, name: true, cluster: { select: { id: true, context: true } } },
  });
  if (!pod) return "done";
  const kubernetes = deps.clients.kubernetes(pod.cluster);
  const ref = { ...KINDS.pod, namespace: pod.namespace, name: pod.name };
  try {
    const live = await kubernetes.get(ref, { signal });
    if (!live || live.metadata.uid !== uid || live.metadata.deletionTimestamp) return "done";
    if (end === "evict") await kubernetes.evict({ ...ref, uid }, { signal });
    else await kubernetes.delete(ref, { signal });
    return "done";
  } catch (error) {
    if (!(error instanceof KeplerError)) throw error;
    return isTransient(error)
      ? { requeueAfterMs: error.retryAfterMs ?? LOOK_AGAIN_MS }
      : { terminal: error.toPublic() };
  }
}
