import "server-only";
import { type Tx } from "#lib/platform/db";
import { publish } from "#lib/platform/events";
import { type RunResult } from "#lib/platform/queue";
import { createReleaseIn } from "../create-release.ts";
import { type ReleaseDeps } from "../jobs.ts";
import { findBasis } from "../plan/plan-release.ts";
import { leaseTask } from "./lease-rules.ts";

type Deps = ReleaseDeps & { checkpoint?(name: string): Promise<void> };

/**
 * Ends a lease whose time has come: a release back to the number before and the end of the lease are one transaction, so
 * that a crash anywhere leaves both to do or neither. A number that somebody changed since is left alone, and that is noted.
 */
export async function endLease(deps: Deps, leaseId: string): Promise<RunResult> {
  await deps.checkpoint?.("lease.end.before-commit");
  const result = await deps.db.$transaction((tx) => endIn(tx, leaseId, deps));
  await deps.checkpoint?.("lease.end.after-commit");
  return result;
}

async function endIn(tx: Tx, id: string, deps: Deps): Promise<RunResult> {
  await tx.$queryRaw`select 1 from scale_leases where id = ${id}::uuid for update`;
  const lease = await tx.scaleLease.findUnique({
    where: { id },
    include: { app: { select: { teamId: true, retiringAt: true } }, release: { select: { number: true } } },
  });
  if (!lease) return "done";
  const { appId, environmentId, backTo } = lease;
  const basis = await findBasis(tx, { appId, environmentId });
  // Of a service on its way out nothing is wanted any more.
  const wanted = basis && !lease.app.retiringAt ? basis.spec.replicas : null;
  const task = leaseTask(lease, wanted, deps.now());
  if (task.do === "nothing") return "done";
  if (task.do === "wait") return { requeueAfterMs: task.ms };
  if (task.as === "given_back") {
    const intent = { environmentId, kind: "scale", replicas: backTo } as const;
    await createReleaseIn(
      tx,
      {
        appId,
        requestedById: null,
        intent: { ...intent, buildId: null, settings: null, restoresNumber: null },
        reason: `The time of release ${lease.release.number} was over.`,
        idempotencyKey: `lease:${id}`,
        expectedCurrent: undefined,
      },
      deps,
    );
  }
  await tx.scaleLease.update({ where: { id }, data: { endedAt: deps.now(), outcome: task.as } });
  await publish(tx, { kind: "release", subjectId: lease.releaseId, teamId: lease.app.teamId, appId });
  return "done";
}

/** Ids of leases whose time has come and that nobody ended: what the resync of each minute asks about. */
export async function dueLeases({ db, now }: Pick<ReleaseDeps, "db" | "now">): Promise<string[]> {
  const rows = await db.scaleLease.findMany({
    where: { endedAt: null, dueAt: { lte: now() } },
    orderBy: { dueAt: "asc" },
    select: { id: true },
  });
  return rows.map(({ id }) => id);
}
