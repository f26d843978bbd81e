import "server-only";
import { type Db } from "#lib/platform/db";
import { RateLimited } from "#lib/platform/errors";
import { verifyPassword } from "./password.ts";
import { createSession } from "./sessions.ts";

const WINDOW_MS = 15 * 60_000;
/** Wrong tries within the window: for one name, and from one address over all names. */
const TRIES_PER_NAME = 8;
const TRIES_PER_ADDRESS = 40;
const ACTION = "session.create";

type Attempt = { username: string; password: string; address: string | null; userAgent: string | null; now: Date };
export type SignedIn = { sessionId: string; userId: string; name: string };

/**
 * Checks a name and password and opens a session; null when they do not fit, without saying which. Throws RateLimited
 * after too many wrong tries. Every try is an audit row, written before anything is counted, so that tries in parallel
 * count too; those that were turned away do not, or a stranger could lock somebody out for good.
 */
export async function signIn(db: Db, attempt: Attempt): Promise<SignedIn | null> {
  const { username, password, address, userAgent, now } = attempt;
  const entry = await db.auditEntry.create({
    data: {
      at: now,
      actorName: username,
      action: ACTION,
      subjectKind: "sign-in",
      subjectId: username,
      outcome: "denied",
      address,
    },
    select: { id: true },
  });
  if (await tooManyTries(db, username, address, now)) {
    await db.auditEntry.update({ where: { id: entry.id }, data: { outcome: "failed" } });
    throw new RateLimited("Too many wrong tries. Wait a quarter of an hour.", { retryAfterMs: WINDOW_MS });
  }
  const user = await db.user.findUnique({ where: { username } });
  const fits = await verifyPassword(user?.passwordHash ?? null, password);
  if (!fits || user === null || user.disabledAt !== null) return null;
  const sessionId = await createSession(db, { userId: user.id, userAgent, address, now });
  await db.auditEntry.update({ where: { id: entry.id }, data: { outcome: "allowed", actorId: user.id } });
  return { sessionId, userId: user.id, name: user.name };
}

/** Counts this try too. */
async function tooManyTries(db: Db, username: string, address: string | null, now: Date): Promise<boolean> {
  const wrong = { action: ACTION, outcome: "denied", at: { gt: new Date(now.getTime() - WINDOW_MS) } } as const;
  const forName = await db.auditEntry.count({ where: { ...wrong, subjectKind: "sign-in", subjectId: username } });
  const fromAddress = address === null ? 0 : await db.auditEntry.count({ where: { ...wrong, address } });
  return forName > TRIES_PER_NAME || fromAddress > TRIES_PER_ADDRESS;
}
