import "server-only";
import { allows, type Permission, type Subject, stricterInProduction } from "#lib/access/rules";
import { Prisma, type Tx } from "#lib/platform/db";
import { Denied, Invalid, NotFound, type PublicError } from "#lib/platform/errors";
import { ownDeps, type ReleaseDeps } from "../jobs.ts";
import { insertBulk } from "./insert-bulk.ts";
import { type CreateBulkInput } from "./schema.ts";

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
        const chosen = await chosenServices(tx, actor, { environmentId: input.environmentId, appIds });
        return chosen.map(({ app, error }, position) => ({
          ...{ appId: app.id, position },
          error: error === null ? Prisma.DbNull : json(error),
        }));
      },
      { enqueue, now },
    ),
  );
}

type Chosen = { app: { id: string; name: string }; error: PublicError | null };

/**
 * The chosen services, each once and in their order, and why the actor may not change one there. Invalid without the
 * environment, NotFound for a service that they may not even see.
 */
export async function chosenServices(
  tx: Pick<Tx, "app" | "environment">,
  actor: Subject,
  { environmentId, appIds }: { environmentId: string; appIds: readonly string[] },
): Promise<Chosen[]> {
  const environment = await tx.environment.findUnique({ where: { id: environmentId }, select: { purpose: true } });
  if (!environment) {
    throw new Invalid("There is no such environment.", {
      fields: [{ path: "environmentId", message: "environment.unknown" }],
    });
  }
  const needed = environment.purpose === "prod" ? stricterInProduction(NEEDED) : NEEDED;
  const ids = [...new Set(appIds)];
  const apps = await tx.app.findMany({
    where: { id: { in: ids }, retiredAt: null },
    select: { id: true, name: true, teamId: true },
  });
  return ids.map((id) => {
    const app = apps.find((each) => each.id === id);
    if (!app || !allows(actor, "app.read", app.teamId)) throw new NotFound("There is no such service.");
    return { app, error: allows(actor, needed, app.teamId) ? null : denied() };
  });
}

const denied = (): PublicError => new Denied("You may not do that here.").toPublic();
const json = (error: PublicError): Prisma.InputJsonObject => JSON.parse(JSON.stringify(error));
