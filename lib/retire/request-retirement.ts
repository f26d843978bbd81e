import "server-only";
import { KEEPABLE_KINDS } from "#lib/apps/retiring-rules";
import { type Db, type Tx } from "#lib/platform/db";
import { Conflict, Invalid, NotFound } from "#lib/platform/errors";
import { publish } from "#lib/platform/events";
import { type Queue } from "#lib/platform/queue";
import { retireJob } from "./retire-job.ts";
import { isOver, mayGoOn } from "./retire-rules.ts";
import { type KeepChoice, RETIRE_STEPS } from "./schema.ts";

type World = { db: Db; enqueue: Queue["enqueue"]; now(): Date };
type Confirmation = { name: string; reason: string; keep: KeepChoice };
type Requested = { retirementId: string };

/**
 * Confirms the retirement of a service: from this transaction on nothing is built, released or set up for it. Asked again
 * while one is under way, it answers with that one. Throws Invalid when the typed name is another, NotFound for a service
 * that is retired already.
 */
export async function requestRetirement(
  world: World,
  appId: string,
  actorId: string,
  confirmed: Confirmation,
): Promise<Requested> {
  return world.db.$transaction(async (tx) => {
    const app = await lockApp(tx, appId);
    if (!app || app.retiredAt) throw new NotFound("There is no such service.");
    refuseOtherName(app, confirmed.name);
    const newest = app.retirements[0];
    if (newest && !isOver(newest.state)) return { retirementId: newest.id };
    return insert(world, tx, app, actorId, confirmed);
  });
}

/**
 * Goes on from a retirement that is over: after a failure with what is left, or after a success with what was kept. What
 * is gone stays gone; the ledger says what is left. Throws Conflict when there is nothing to go on with.
 */
export async function retireAgain(
  world: World,
  retirementId: string,
  actorId: string,
  confirmed: Confirmation,
): Promise<Requested> {
  return world.db.$transaction(async (tx) => {
    const row = await tx.retirement.findUnique({ where: { id: retirementId }, select: { appId: true } });
    const app = row && (await lockApp(tx, row.appId));
    if (!app) throw new NotFound("There is no such retirement.");
    refuseOtherName(app, confirmed.name);
    const newest = app.retirements[0];
    if (newest && !isOver(newest.state)) return { retirementId: newest.id };
    if (newest?.id !== retirementId || !mayGoOn(newest.state, app.ledger.length)) {
      throw new Conflict("There is nothing left of this service to remove.", { next: "Look at its proof of absence." });
    }
    return insert(world, tx, app, actorId, confirmed);
  });
}

type LockedApp = NonNullable<Awaited<ReturnType<typeof lockApp>>>;

/** Whoever makes a build or a release for the service waits for this transaction, or has come before it. */
async function lockApp(tx: Tx, id: string) {
  await tx.$queryRaw`select id from apps where id = ${id}::uuid for update`;
  return tx.app.findUnique({
    where: { id },
    select: {
      id: true,
      name: true,
      teamId: true,
      retiredAt: true,
      retiringAt: true,
      retirements: { orderBy: { requestedAt: "desc" }, take: 1, select: { id: true, state: true } },
      ledger: {
        where: { kind: { in: Object.values(KEEPABLE_KINDS) }, state: { not: "absent" } },
        select: { id: true },
      },
    },
  });
}

function refuseOtherName(app: { name: string }, typed: string): void {
  if (typed === app.name) return;
  const fields = [{ path: "name", message: "retire.name" }];
  throw new Invalid(`Type ${app.name} to confirm that this service is to go.`, { fields });
}

async function insert(
  { enqueue, now }: World,
  tx: Tx,
  app: LockedApp,
  actorId: string,
  { reason, keep }: Confirmation,
): Promise<Requested> {
  const { id: retirementId } = await tx.retirement.create({
    data: {
      appId: app.id,
      requestedById: actorId,
      reason,
      keepVolumes: keep.volumes,
      keepImages: keep.images,
      requestedAt: now(),
      steps: { create: RETIRE_STEPS.map((name, position) => ({ name, position })) },
    },
    select: { id: true },
  });
  await tx.app.update({ where: { id: app.id }, data: { retiringAt: app.retiringAt ?? now() } });
  await publish(tx, { kind: "app", subjectId: app.id, teamId: app.teamId, appId: app.id });
  await publish(tx, { kind: "retirement", subjectId: retirementId, teamId: app.teamId, appId: app.id });
  await enqueue(tx, retireJob, retirementId);
  return { retirementId };
}
