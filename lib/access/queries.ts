import "server-only";
import { type Db } from "#lib/platform/db";
import { type Actor } from "./actor.ts";
import { LOCALES, type MeView, type SessionView } from "./me-schema.ts";

/** What the browser may know of who is signed in. */
export const viewOf = (actor: Actor): MeView => ({
  id: actor.id,
  username: actor.username,
  name: actor.name,
  isAdmin: actor.isAdmin,
  locale: LOCALES.find((locale) => locale === actor.locale) ?? null,
  memberships: [...actor.memberships],
});

/** Somebody's open sign-ins, last used first. */
export async function listSessions(db: Db, actor: Actor, now: Date): Promise<SessionView[]> {
  const rows = await db.session.findMany({
    where: { userId: actor.id, revokedAt: null, expiresAt: { gt: now } },
    orderBy: { lastSeenAt: "desc" },
    select: { id: true, createdAt: true, lastSeenAt: true, expiresAt: true, userAgent: true, address: true },
  });
  return rows.map((row) => ({
    ...row,
    createdAt: row.createdAt.toISOString(),
    lastSeenAt: row.lastSeenAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    current: "session" in actor.via && actor.via.session === row.id,
  }));
}
