import "server-only";
import { z } from "zod";
import { type Db } from "#lib/platform/db";
import { NotFound } from "#lib/platform/errors";
import { type Actor } from "./actor.ts";
import { actorOf, PERSON, person } from "./read-actor.ts";

/** A sign-in lasts a week, used or not. */
export const SESSION_SECONDS = 7 * 24 * 60 * 60;
/** "Last seen" is that exact, so that reading a page is not a write each time. */
const SEEN_EVERY_MS = 60_000;
const LONGEST_USER_AGENT = 400;

type NewSession = { userId: string; userAgent: string | null; address: string | null; now: Date };

/** Records a sign-in; its id is all that the browser's cookie carries. */
export async function createSession(db: Db, { userId, userAgent, address, now }: NewSession): Promise<string> {
  const expiresAt = new Date(now.getTime() + SESSION_SECONDS * 1000);
  const agent = userAgent?.slice(0, LONGEST_USER_AGENT) ?? null;
  const session = await db.session.create({
    data: { userId, userAgent: agent, address, createdAt: now, lastSeenAt: now, expiresAt },
    select: { id: true },
  });
  return session.id;
}

const sessionRow = z.object({ lastSeenAt: z.date(), person });

/** Who is signed in with this session; null when it has ended, was revoked, or the account is disabled. */
export async function actorOfSession(db: Db, sessionId: string, now: Date): Promise<Actor | null> {
  const rows = await db.$queryRaw<unknown[]>`
    select session.last_seen_at as "lastSeenAt", ${PERSON} as person
    from sessions session join users person on person.id = session.user_id
    where session.id = ${sessionId}::uuid and session.revoked_at is null
      and session.expires_at > ${now.toISOString()}::timestamptz`;
  const [session] = z.array(sessionRow).parse(rows);
  if (!session) return null;
  if (now.getTime() - session.lastSeenAt.getTime() > SEEN_EVERY_MS) {
    await db.session.updateMany({ where: { id: sessionId }, data: { lastSeenAt: now } });
  }
  return actorOf(session.person, { session: sessionId });
}

/** Ends a sign-in at once; its next request is anonymous. Throws NotFound for another's. */
export async function revokeSession(db: Db, userId: string, sessionId: string, now: Date): Promise<void> {
  const { count } = await db.session.updateMany({
    where: { id: sessionId, userId, revokedAt: null },
    data: { revokedAt: now },
  });
  if (count === 0) throw new NotFound("There is no such sign-in.");
}
