import "server-only";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { type Db } from "#lib/platform/db";
import { isTransient, KeplerError, NotFound } from "#lib/platform/errors";
import { type RunResult } from "#lib/platform/queue";
import { ownDeps, podDeletionJob, type ReleaseDeps } from "./jobs.ts";
import { type ReconcileReleaseDeps } from "./steps/step-context.ts";

/**
 * Asks for the end of one pod of an app; its controller starts another. Leaves no desired state behind, so it is no
 * release. Answers the pod's name; NotFound for what the watch does not know as the app's pod in that environment.
 */
export async function requestPodDeletion(
  appId: string,
  { environmentId, uid }: { environmentId: string; uid: string },
  { db, enqueue }: Pick<ReleaseDeps, "db" | "enqueue"> = ownDeps(),
): Promise<{ name: string }> {
  const environment = await db.environment.findUnique({
    where: { id: environmentId },
    select: { clusterId: true, namespace: true },
  });
  const pod = environment && (await db.observedPod.findFirst({ where: { ...environment, appId, uid } }));
  if (!pod) throw new NotFound("There is no such pod.");
  await enqueue(undefined, podDeletionJob, `${pod.clusterId}/${uid}`);
  return { name: pod.name };
}

const LOOK_AGAIN_MS = 1_000;

type Deps = { db: Db; clients: Pick<ReconcileReleaseDeps["clients"], "kubernetes"> };

/** Deletes the pod that was asked for, and no later one of the same name (a StatefulSet's pods keep theirs). */
export async function deletePod(deps: Deps, key: string, { signal }: { signal: AbortSignal }): Promise<RunResult> {
  const [clusterId = "", uid = ""] = key.split("/");
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
    await kubernetes.delete(ref, { signal });
    return "done";
  } catch (error) {
    if (!(error instanceof KeplerError)) throw error;
    return isTransient(error)
      ? { requeueAfterMs: error.retryAfterMs ?? LOOK_AGAIN_MS }
      : { terminal: error.toPublic() };
  }
}
