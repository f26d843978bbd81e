import "server-only";
import { type Kubernetes } from "#lib/clients/kubernetes/client";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { type Db } from "#lib/platform/db";
import { isTransient, KeplerError } from "#lib/platform/errors";
import { defineJob, type RunResult } from "#lib/platform/queue";
import { killCommand } from "./shell-command.ts";

/** Key: id of a terminal session. */
export const terminalRestJob = defineJob("terminal-rest", { concurrency: 2 });

const KILL_DEADLINE_MS = 10_000;
const AGAIN_MS = 30_000;
/** A container that no exec reached for so long: whoever looks after the cluster has it in hand. */
const GIVE_UP_MS = 24 * 3_600_000;

type Rest = { id: string; podName: string; podUid: string; container: string; environment: { namespace: string } };

/** Ends what a shell has left in its container: the cut alone reaches only the streams. Nothing where the pod has gone. */
export async function endRest(kubernetes: Kubernetes, rest: Rest, signal?: AbortSignal): Promise<void> {
  const { id, podName: name, podUid, container } = rest;
  const { namespace } = rest.environment;
  const call = { signal: AbortSignal.any([AbortSignal.timeout(KILL_DEADLINE_MS), ...(signal ? [signal] : [])]) };
  const pod = await kubernetes.get({ ...KINDS.pod, namespace, name }, call);
  if (pod?.metadata.uid !== podUid) return;
  const killing = await kubernetes.exec(namespace, name, { container, command: killCommand(id), tty: false, ...call });
  await killing.ended;
}

type Deps = { db: Db; now(): Date; clients: { kubernetes(cluster: { context: string }): Kubernetes } };

/** The same for a terminal whose worker could not do it, or was killed: again and again until the cluster has answered. */
export async function endRestOf(deps: Deps, id: string, { signal }: { signal: AbortSignal }): Promise<RunResult> {
  const row = await deps.db.terminalSession.findUnique({
    where: { id },
    select: {
      ...{ id: true, podName: true, podUid: true, container: true, endedAt: true },
      environment: { select: { namespace: true, cluster: { select: { context: true } } } },
    },
  });
  if (row === null) return "done";
  try {
    await endRest(deps.clients.kubernetes(row.environment.cluster), row, signal);
    return "done";
  } catch (error) {
    if (!(error instanceof KeplerError)) throw error;
    const endedMs = deps.now().getTime() - (row.endedAt?.getTime() ?? 0);
    if (isTransient(error) && endedMs < GIVE_UP_MS) return { requeueAfterMs: error.retryAfterMs ?? AGAIN_MS };
    return { terminal: error.toPublic() };
  }
}
