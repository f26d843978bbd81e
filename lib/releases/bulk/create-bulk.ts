import "server-only";
import { allows, type Permission, type Subject, stricterInProduction } from "#lib/access/rules";
import { Prisma, type Tx } from "#lib/platform/db";
import { Denied, Invalid, NotFound, type PublicError } from "#lib/platform/errors";
import { type CreateBulkInput } from "../bulk-schema.ts";
import { ownDeps, type ReleaseDeps } from "../jobs.ts";
import { insertBulk } from "./insert-bulk.ts";

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
  const { appIds, ...wish } = input;
  return db.$transaction((tx) =>
    insertBulk(
      tx,
      { ...wish, requestedById: actor.id },
      async () => {
        const where = { id: input.environmentId };
        const environment = await tx.environment.findUnique({ where, select: { purpose: true } });
        if (!environment) {
          throw new Invalid("There is no such environment.", {
            fields: [{ path: "environmentId", message: "environment.unknown" }],
          });
        }
        const needed = environment.purpose === "prod" ? stricterInProduction(NEEDED) : NEEDED;
        return itemsOf(tx, actor, [...new Set(appIds)], needed);
      },
      { enqueue, now },
    ),
  );
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
