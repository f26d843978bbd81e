import "server-only";
import { allows, type Permission, type Subject, stricterInProduction } from "#lib/access/rules";
import { Prisma, type Tx } from "#lib/platform/db";
import { Denied, Invalid, NotFound, type PublicError } from "#lib/platform/errors";
import { type CreateBulkInput } from "../bulk-schema.ts";
import { bulkJob, ownDeps, type ReleaseDeps } from "../jobs.ts";

const NEEDED: Permission = "release.create";

/**
 * Writes the wish down and asks the worker for it; the same key again answers with the first. A service that the actor may
 * not change gets its reason at once; one that they may not even see is NotFound, and nothing is written.
 */
export async function createBulk(
  actor: Subject & { id: string },
  input: CreateBulkInput,
  { db, enqueue, now }: ReleaseDeps = ownDeps(),
): Promise<{ bulkId: string }> {
  const { idempotencyKey, environmentId, kind, replicas, reason } = input;
  return db.$transaction(async (tx) => {
    await tx.$executeRaw`select pg_advisory_xact_lock(hashtextextended(${`bulk:${actor.id}:${idempotencyKey}`}, 0))`;
    const first = await tx.bulkChange.findUnique({
      where: { requestedById_idempotencyKey: { requestedById: actor.id, idempotencyKey } },
      select: { id: true },
    });
    if (first) return { bulkId: first.id };
    const environment = await tx.environment.findUnique({ where: { id: environmentId }, select: { purpose: true } });
    if (!environment) {
      throw new Invalid("There is no such environment.", {
        fields: [{ path: "environmentId", message: "environment.unknown" }],
      });
    }
    const needed = environment.purpose === "prod" ? stricterInProduction(NEEDED) : NEEDED;
    const items = await itemsOf(tx, actor, [...new Set(input.appIds)], needed);
    const wish = { environmentId, kind, replicas, reason, requestedById: actor.id, idempotencyKey, requestedAt: now() };
    const { id } = await tx.bulkChange.create({ data: { ...wish, items: { create: items } }, select: { id: true } });
    await enqueue(tx, bulkJob, id);
    return { bulkId: id };
  });
}

async function itemsOf(tx: Tx, actor: Subject, appIds: string[], needed: Permission) {
  const apps = await tx.app.findMany({
    where: { id: { in: appIds }, retiredAt: null },
    select: { id: true, teamId: true },
  });
  const teamOf = new Map(apps.map(({ id, teamId }) => [id, teamId]));
  return appIds.map((appId, position) => {
    const teamId = teamOf.get(appId);
    if (teamId === undefined || !allows(actor, "app.read", teamId)) throw new NotFound("There is no such service.");
    const error = allows(actor, needed, teamId) ? Prisma.DbNull : json(denied());
    return { appId, position, error };
  });
}

const denied = (): PublicError => new Denied("You may not do that here.").toPublic();
const json = (error: PublicError): Prisma.InputJsonObject => JSON.parse(JSON.stringify(error));
