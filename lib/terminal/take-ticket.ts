import "server-only";
import { type Actor } from "#lib/access/actor";
import { knownSecrets } from "#lib/config/known-secrets";
import { sha256Hex } from "#lib/platform/crypto";
import { type Db, type Prisma } from "#lib/platform/db";
import { Denied } from "#lib/platform/errors";
import { publish } from "#lib/platform/events";
import { isPermitted, mayOpenTerminal } from "./rules.ts";

const select = {
  id: true,
  userId: true,
  signInId: true,
  podName: true,
  podUid: true,
  container: true,
  columns: true,
  rows: true,
  limitMinutes: true,
  decidedAt: true,
  app: { select: { id: true, name: true, teamId: true } },
  environment: {
    select: {
      id: true,
      namespace: true,
      purpose: true,
      terminalPolicy: true,
      terminalMinutes: true,
      cluster: { select: { context: true } },
    },
  },
} as const satisfies Prisma.TerminalSessionSelect;

/** A terminal whose ticket has been taken: open from `startedAt` to `endsAt` at most. */
export type TakenTerminal = Prisma.TerminalSessionGetPayload<{ select: typeof select }> & {
  startedAt: Date;
  endsAt: Date;
  /** What must not get into its recording. */
  secrets: string[];
};

/**
 * Takes a ticket, once: in one statement the row goes from "opening" to "open", if it is this session's ticket, still good,
 * and this very sign-in's. Throws Denied, and says the same whatever is wrong.
 */
export async function takeTicket(
  db: Db,
  actor: Actor,
  { id, ticket }: { id: string; ticket: string },
  now: Date,
): Promise<TakenTerminal> {
  const refused = new Denied("This ticket opens no terminal: it was used, has expired or is another's.", {
    next: "Open the terminal again.",
  });
  if (!("session" in actor.via)) throw refused;
  const { count } = await db.terminalSession.updateMany({
    where: {
      id,
      ticketSha256: sha256Hex(ticket),
      state: "opening",
      ticketExpiresAt: { gt: now },
      endRequestedAt: null,
      userId: actor.id,
      signInId: actor.via.session,
    },
    data: { state: "open", startedAt: now, seenAt: now },
  });
  if (count === 0) throw refused;
  const row = await db.terminalSession.findUniqueOrThrow({ where: { id }, select });
  const { app, environment } = row;
  await publish(db, { kind: "terminal", subjectId: id, teamId: app.teamId, appId: app.id });
  if (!mayOpenTerminal(actor, app.teamId, environment.purpose) || !isPermitted(environment, row)) {
    await db.terminalSession.update({ where: { id }, data: { state: "ended", endedAt: now, endReason: "revoked" } });
    throw refused;
  }
  const endsAt = new Date(now.getTime() + row.limitMinutes * 60_000);
  return { ...row, startedAt: now, endsAt, secrets: await knownSecrets(db, app.id, environment.id) };
}
