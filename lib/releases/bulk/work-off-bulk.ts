import "server-only";
import { Prisma } from "#lib/platform/db";
import { isTransient, KeplerError, NotFound, type PublicError } from "#lib/platform/errors";
import { publish } from "#lib/platform/events";
import { type RunResult } from "#lib/platform/queue";
import { confirmRelease } from "../confirm-release.ts";
import { findBasis } from "../plan-release.ts";
import { type CreateReleaseInput, releaseIntent } from "../schema.ts";
import { type ReconcileReleaseDeps } from "../steps/step-context.ts";

const LOOK_AGAIN_MS = 2_000;

/**
 * Asks for the releases of a bulk change, one service after another. The release's key is the bulk change's id, so that a
 * crash between a release and its note finds the release again. One service's failure is its own; a silent cluster is waited for.
 */
export async function workOffBulk(
  deps: ReconcileReleaseDeps,
  bulkId: string,
  { signal }: { signal: AbortSignal },
): Promise<RunResult> {
  const bulk = await deps.db.bulkChange.findUnique({
    where: { id: bulkId },
    include: {
      items: {
        where: { releaseId: null, error: { equals: Prisma.AnyNull } },
        orderBy: { position: "asc" },
        select: { appId: true, app: { select: { teamId: true } } },
      },
    },
  });
  let silentMs = 0;
  for (const item of bulk?.items ?? []) {
    signal.throwIfAborted();
    if (!bulk) break;
    const outcome = await requestOne(deps, bulk, item.appId, signal);
    if ("waitMs" in outcome) {
      silentMs = Math.max(silentMs, outcome.waitMs);
      continue;
    }
    await deps.checkpoint?.("bulk.item.before-commit");
    await deps.db.$transaction(async (tx) => {
      await tx.bulkItem.update({ where: { bulkId_appId: { bulkId, appId: item.appId } }, data: outcome });
      await publish(tx, { kind: "release", subjectId: bulkId, teamId: item.app.teamId, appId: item.appId });
    });
    await deps.checkpoint?.("bulk.item.after-commit");
  }
  return silentMs > 0 ? { requeueAfterMs: silentMs } : "done";
}

type Bulk = Prisma.BulkChangeGetPayload<object>;
type Outcome = { releaseId: string } | { error: Prisma.InputJsonObject } | { waitMs: number };

async function requestOne(
  deps: ReconcileReleaseDeps,
  bulk: Bulk,
  appId: string,
  signal: AbortSignal,
): Promise<Outcome> {
  const { db, enqueue, now, clients } = deps;
  const { id, environmentId, kind, replicas, reason, requestedById } = bulk;
  try {
    const basis = await findBasis(db, { appId, environmentId });
    if (!basis) throw new NotFound("Nothing runs there.");
    const input: CreateReleaseInput = {
      environmentId,
      kind: releaseIntent.shape.kind.parse(kind),
      ...(replicas === null ? {} : { replicas }),
      buildId: null,
      settings: null,
      restoresNumber: null,
      reason,
      expectedCurrent: basis.number,
      idempotencyKey: `bulk:${id}`,
    };
    const kubernetes = (cluster: { id: string; context: string }) => clients.kubernetes(cluster);
    const { releaseId } = await confirmRelease(
      appId,
      requestedById,
      input,
      { signal },
      { db, enqueue, now, kubernetes },
    );
    return { releaseId };
  } catch (error) {
    if (!(error instanceof KeplerError) || signal.aborted) throw error;
    if (isTransient(error)) return { waitMs: error.retryAfterMs ?? LOOK_AGAIN_MS };
    return { error: json(error.toPublic()) };
  }
}

const json = (error: PublicError): Prisma.InputJsonObject => JSON.parse(JSON.stringify(error));

/** Ids of bulk changes with services that still wait for their turn. */
export async function unfinishedBulks({ db }: Pick<ReconcileReleaseDeps, "db">): Promise<string[]> {
  const rows = await db.bulkChange.findMany({
    where: { items: { some: { releaseId: null, error: { equals: Prisma.AnyNull } } } },
    orderBy: { requestedAt: "asc" },
    select: { id: true },
  });
  return rows.map(({ id }) => id);
}
