import "server-only";
import { z } from "zod";
import { GATEWAY_MOVES } from "#lib/apps/spec/gateway-rules";
import { Prisma } from "#lib/platform/db";
import { Conflict, isTransient, KeplerError, NotFound, type PublicError } from "#lib/platform/errors";
import { publish } from "#lib/platform/events";
import { type RunResult } from "#lib/platform/queue";
import { confirmRelease } from "../confirm-release.ts";
import { findBasis } from "../plan/plan-release.ts";
import { type AskedRelease, releaseIntent } from "../schema.ts";
import { type ReconcileReleaseDeps } from "../steps/step-context.ts";
import { endedUntried, nextWave } from "./wave-rules.ts";

const LOOK_AGAIN_MS = 2_000;

/** A move between gateways is for when a gateway has failed: many services at once. */
const MOVED_AT_ONCE = 8;

/**
 * Asks for the releases of a bulk change, one service after another; of a move between gateways wave by wave. The
 * release's key is the bulk change's id, so that a crash between a release and its note finds the release again. One
 * service's failure is its own; a silent cluster is waited for.
 */
export async function workOffBulk(
  deps: ReconcileReleaseDeps,
  bulkId: string,
  { signal }: { signal: AbortSignal },
): Promise<RunResult> {
  const bulk = await deps.db.bulkChange.findUnique({ where: { id: bulkId }, include: { items: itemsInOrder } });
  if (!bulk) return "done";
  const waiting = bulk.items.filter(({ releaseId, error }) => releaseId === null && error === null);
  if (waiting.length === 0) return "done";
  if (bulk.gateway === null) return askFor(deps, bulk, waiting, signal, 1);
  const wave = nextWave(
    bulk.items.map(({ error, release }) => ({
      refused: error !== null || (release !== null && endedUntried(release)),
      state: release?.state ?? null,
    })),
  );
  switch (wave.is) {
    case "wait":
      return { requeueAfterMs: LOOK_AGAIN_MS };
    case "stop":
      for (const item of waiting) await note(deps, bulkId, item, { error: json(notTried().toPublic()) });
      return "done";
    case "ask": {
      const asked = await askFor(deps, bulk, waiting.slice(0, wave.count), signal, MOVED_AT_ONCE);
      return asked === "done" && wave.count < waiting.length ? { requeueAfterMs: LOOK_AGAIN_MS } : asked;
    }
  }
}

const itemsInOrder = {
  orderBy: { position: "asc" },
  select: {
    appId: true,
    releaseId: true,
    error: true,
    app: { select: { teamId: true } },
    release: { select: { state: true, steps: { where: { name: "apply" }, select: { startedAt: true } } } },
  },
} as const satisfies Prisma.BulkChange$itemsArgs;

const notTried = () =>
  new Conflict("The first services could not be moved, so this one was left where it is.", {
    next: "Look at why they failed, then move the routes again.",
  });

type Item = { appId: string; app: { teamId: string } };

async function askFor(
  deps: ReconcileReleaseDeps,
  bulk: Bulk,
  items: readonly Item[],
  signal: AbortSignal,
  atOnce: number,
): Promise<RunResult> {
  let silentMs = 0;
  const ask = async (item: Item) => {
    const outcome = await requestOne(deps, bulk, item.appId, signal);
    if ("waitMs" in outcome) silentMs = Math.max(silentMs, outcome.waitMs);
    else await note(deps, bulk.id, item, outcome);
  };
  for (let first = 0; first < items.length; first += atOnce) {
    signal.throwIfAborted();
    await Promise.all(items.slice(first, first + atOnce).map(ask));
  }
  return silentMs > 0 ? { requeueAfterMs: silentMs } : "done";
}

async function note(
  deps: ReconcileReleaseDeps,
  bulkId: string,
  { appId, app }: Item,
  outcome: Exclude<Outcome, { waitMs: number }>,
): Promise<void> {
  await deps.checkpoint?.("bulk.item.before-commit");
  await deps.db.$transaction(async (tx) => {
    await tx.bulkItem.update({ where: { bulkId_appId: { bulkId, appId } }, data: outcome });
    await publish(tx, { kind: "release", subjectId: bulkId, teamId: app.teamId, appId });
  });
  await deps.checkpoint?.("bulk.item.after-commit");
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
  const { id, environmentId, kind, replicas, gateway, meshMode, reason, requestedById } = bulk;
  try {
    const basis = await findBasis(db, { appId, environmentId });
    if (!basis) throw new NotFound("Nothing runs there.");
    const input: AskedRelease = {
      environmentId,
      kind: releaseIntent.shape.kind.parse(kind),
      ...(replicas === null ? {} : { replicas }),
      // Should the gateway not take over, the service goes back to the one where it was.
      ...(gateway === null ? {} : { gateway: z.enum(GATEWAY_MOVES).parse(gateway), rollbackOnFailure: true }),
      ...(meshMode === null ? {} : { meshMode: z.enum(["normal", "mesh"]).parse(meshMode) }),
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
