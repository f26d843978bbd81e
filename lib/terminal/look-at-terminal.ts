import "server-only";
import { actorOfSession } from "#lib/access/sessions";
import { type Db } from "#lib/platform/db";
import { isPermitted, mayOpenTerminal, type TerminalFacts } from "./rules.ts";
import { type TakenTerminal } from "./take-ticket.ts";

/**
 * What the database says of an open terminal now: whether its sign-in, account and right still stand, and whether somebody
 * wants it to end. Writes down that a worker holds it.
 */
export async function lookAtTerminal(
  db: Db,
  { id, signInId, userId, app, environment }: TakenTerminal,
  now: Date,
): Promise<NonNullable<TerminalFacts["seen"]>> {
  const [actor, row] = await Promise.all([
    actorOfSession(db, signInId, now),
    db.terminalSession.update({
      where: { id },
      data: { seenAt: now },
      select: {
        state: true,
        endRequestedAt: true,
        decidedAt: true,
        environment: { select: { purpose: true, terminalPolicy: true, terminalMinutes: true } },
        app: { select: { teamId: true } },
      },
    }),
  ]);
  const allowed =
    actor !== null &&
    actor.id === userId &&
    row.app.teamId === app.teamId &&
    mayOpenTerminal(actor, row.app.teamId, environment.purpose) &&
    isPermitted(row.environment, row);
  // Ended by a sweep that took this worker for dead: its row has been closed, so must it be.
  return { allowed, endRequested: row.endRequestedAt !== null || row.state === "ended" };
}
