import "server-only";
import { type Db, Prisma } from "#lib/platform/db";
import { type PublicError } from "#lib/platform/errors";
import { publish } from "#lib/platform/events";
import { type Queue } from "#lib/platform/queue";
import { terminalRestJob } from "./end-rest.ts";
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
type Deps = { db: Db; enqueue: Queue["enqueue"] };

/**
 * Writes down how a terminal ended; what has ended stays as it is. `rest`: what its shell had started may still run, and
 * is ended by a job.
 */
export async function finishTerminal(
  { db, enqueue }: Deps,
  app: App,
  id: string,
  { reason, exitCode, error, rest }: Ending & { rest: boolean },
  now: Date,
): Promise<void> {
  await db.$transaction(async (tx) => {
    const { count } = await tx.terminalSession.updateMany({
      where: { id, state: { not: "ended" } },
      data: { state: "ended", endedAt: now, endReason: reason, exitCode, error: error ?? Prisma.DbNull },
    });
    if (rest && count > 0) await enqueue(tx, terminalRestJob, id);
    await publish(tx, { kind: "terminal", subjectId: id, teamId: app.teamId, appId: app.id });
  });
}

/** Ends what has no holder: tickets that nobody came with, and terminals whose worker has gone. Returns how many. */
export async function endLostTerminals(deps: Deps, now: Date): Promise<number> {
  const rows = await deps.db.terminalSession.findMany({
    where: {
      OR: [
        { state: { in: ["waiting", "opening"] }, ticketExpiresAt: { lt: now } },
        { state: "open", seenAt: { lt: new Date(now.getTime() - LOST_MS) } },
      ],
    },
    select: { id: true, state: true, app: { select: { id: true, teamId: true } } },
  });
  for (const { id, state, app } of rows) {
    const isLost = state === "open";
    const ending = { reason: isLost ? ("lost" as const) : ("unused" as const), exitCode: null, error: null };
    await finishTerminal(deps, app, id, { ...ending, rest: isLost }, now);
  }
  return rows.length;
}

/** Recordings are kept as long as the law of the house says; here: `olderThan`. Returns how many went. */
export async function pruneTerminals(db: Db, olderThan: Date): Promise<number> {
  const { count } = await db.terminalSession.deleteMany({ where: { state: "ended", endedAt: { lt: olderThan } } });
  return count;
}
