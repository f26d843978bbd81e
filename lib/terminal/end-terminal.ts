import "server-only";
import { type Db, Prisma } from "#lib/platform/db";
import { type PublicError } from "#lib/platform/errors";
import { publish } from "#lib/platform/events";
import { LOST_MS } from "./rules.ts";
import { type TerminalEnd } from "./schema.ts";

type App = { id: string; teamId: string };

/** Asks whichever worker holds the terminal to end it; one that nobody has come for yet ends here. */
export async function requestEnd(db: Db, app: App, { id, by }: { id: string; by: string }, now: Date): Promise<void> {
  const asked = { endRequestedAt: now, endRequestedById: by };
  const [unused, open] = await db.$transaction([
    db.terminalSession.updateMany({
      where: { id, appId: app.id, state: { in: ["waiting", "opening"] } },
      data: { ...asked, state: "ended", endedAt: now, endReason: "killed" },
    }),
    db.terminalSession.updateMany({ where: { id, appId: app.id, state: "open", endRequestedAt: null }, data: asked }),
  ]);
  if (unused.count + open.count > 0)
    await publish(db, { kind: "terminal", subjectId: id, teamId: app.teamId, appId: app.id });
}

export type Ending = { reason: TerminalEnd; exitCode: number | null; error: PublicError | null };

/** Writes down how a terminal ended; what has ended stays as it is. */
export async function finishTerminal(db: Db, app: App, id: string, ending: Ending, now: Date): Promise<void> {
  const { reason, exitCode, error } = ending;
  await db.terminalSession.updateMany({
    where: { id, state: { not: "ended" } },
    data: { state: "ended", endedAt: now, endReason: reason, exitCode, error: error ?? Prisma.DbNull },
  });
  await publish(db, { kind: "terminal", subjectId: id, teamId: app.teamId, appId: app.id });
}

/** Ends what has no holder: tickets that nobody came with, and terminals whose worker has gone. Returns how many. */
export async function endLostTerminals(db: Db, now: Date): Promise<number> {
  const rows = await db.terminalSession.findMany({
    where: {
      OR: [
        { state: { in: ["waiting", "opening"] }, ticketExpiresAt: { lt: now } },
        { state: "open", seenAt: { lt: new Date(now.getTime() - LOST_MS) } },
      ],
    },
    select: { id: true, state: true, app: { select: { id: true, teamId: true } } },
  });
  for (const { id, state, app } of rows) {
    const reason = state === "open" ? "lost" : "unused";
    await finishTerminal(db, app, id, { reason, exitCode: null, error: null }, now);
  }
  return rows.length;
}

/** Recordings are kept as long as the law of the house says; here: `olderThan`. Returns how many went. */
export async function pruneTerminals(db: Db, olderThan: Date): Promise<number> {
  const { count } = await db.terminalSession.deleteMany({ where: { state: "ended", endedAt: { lt: olderThan } } });
  return count;
}
