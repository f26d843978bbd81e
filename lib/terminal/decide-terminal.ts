import "server-only";
import { type Db } from "#lib/platform/db";
import { Conflict, Denied } from "#lib/platform/errors";
import { publish } from "#lib/platform/events";
import { APPROVAL_MINUTES } from "./rules.ts";

type App = { id: string; teamId: string };
type Decision = { id: string; by: string; agree: boolean };

/**
 * What somebody else says to a terminal that waits for it. Whoever asked for it cannot agree to it; the first word
 * counts. Once agreed, its person has APPROVAL_MINUTES to come. Throws Denied and Conflict.
 */
export async function decideTerminal(db: Db, app: App, { id, by, agree }: Decision, now: Date): Promise<void> {
  const own = await db.terminalSession.count({ where: { id, appId: app.id, userId: by } });
  if (own > 0) throw new Denied("Nobody agrees to a terminal of their own.", { next: "Ask another operator." });
  const decided = { decidedById: by, decidedAt: now };
  const { count } = await db.terminalSession.updateMany({
    where: { id, appId: app.id, state: "waiting", decidedAt: null, ticketExpiresAt: { gt: now } },
    data: agree
      ? { ...decided, ticketExpiresAt: new Date(now.getTime() + APPROVAL_MINUTES * 60_000) }
      : { ...decided, state: "ended", endedAt: now, endReason: "declined" },
  });
  if (count === 0) throw new Conflict("This terminal waits for nobody any more.");
  await publish(db, { kind: "terminal", subjectId: id, teamId: app.teamId, appId: app.id });
}
