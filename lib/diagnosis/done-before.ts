import "server-only";
import { type Tx } from "#lib/platform/db";

type Here = { number: number; app: { id: string }; environment: { id: string } };

/** The newest release before this one that was completed in its place: what a rollback of it goes back to. */
export async function doneBefore(
  db: Pick<Tx, "release">,
  { number, app, environment }: Here,
): Promise<{ number: number } | null> {
  return db.release.findFirst({
    where: { appId: app.id, environmentId: environment.id, state: "done", number: { lt: number } },
    orderBy: { number: "desc" },
    select: { number: true },
  });
}

/** The same of the release whose objects should stand in a place: the newest that was applied. */
export async function doneBeforeNewest(
  db: Pick<Tx, "release">,
  { appId, environmentId }: { appId: string; environmentId: string },
): Promise<number | null> {
  const newest = await db.release.findFirst({
    where: { appId, environmentId, startedAt: { not: null } },
    orderBy: { number: "desc" },
    select: { number: true },
  });
  if (!newest) return null;
  const before = await doneBefore(db, { ...newest, app: { id: appId }, environment: { id: environmentId } });
  return before?.number ?? null;
}
