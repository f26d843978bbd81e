import "server-only";
import { type Db } from "#lib/platform/db";
import { NotFound } from "#lib/platform/errors";
import { toDraftView } from "./save-draft.ts";
import { type AppDraftView, type TeamView } from "./schema.ts";

/** The person's drafts, the last touched first. */
export async function listDrafts(db: Db, userId: string): Promise<AppDraftView[]> {
  const rows = await db.appDraft.findMany({ where: { userId }, orderBy: { updatedAt: "desc" } });
  return rows.map(toDraftView);
}

/** Throws NotFound, also for somebody else's. */
export async function getDraft(db: Db, userId: string, id: string): Promise<AppDraftView> {
  const row = await db.appDraft.findFirst({ where: { id, userId } });
  if (!row) throw new NotFound("There is no such draft.");
  return toDraftView(row);
}

/** Teams of the person with their role; for an admin all teams. By name. */
export async function listTeams(db: Db, person: { id: string; isAdmin: boolean }): Promise<TeamView[]> {
  const teams = await db.team.findMany({
    where: person.isAdmin ? {} : { memberships: { some: { userId: person.id } } },
    orderBy: { name: "asc" },
    select: {
      id: true,
      slug: true,
      name: true,
      memberships: { where: { userId: person.id }, select: { role: true } },
    },
  });
  return teams.map(({ memberships, ...team }) => ({ ...team, role: memberships[0]?.role ?? null }));
}
