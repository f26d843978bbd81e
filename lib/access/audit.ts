import "server-only";
import { type Db, type Prisma } from "#lib/platform/db";
import { type Actor } from "./actor.ts";

/** What a write was about. `detail` is public to admins: facts, never secrets. */
export type AuditSubject = {
  kind: string;
  id?: string | null;
  name?: string | null;
  teamId?: string | null;
  detail?: Prisma.InputJsonObject;
};
export type AuditOutcome = "allowed" | "denied" | "failed";

/** Keeps who asked for what, on what, from where, and what came of it. */
export async function recordAudit(
  db: Db,
  entry: {
    actor: Actor;
    action: string;
    subject: AuditSubject;
    outcome: AuditOutcome;
    address: string | null;
    requestId: string;
  },
): Promise<void> {
  const { actor, action, subject, outcome, address, requestId } = entry;
  await db.auditEntry.create({
    data: {
      actorId: actor.id,
      actorName: actor.username,
      action,
      subjectKind: subject.kind,
      subjectId: subject.id,
      subjectName: subject.name,
      teamId: subject.teamId,
      detail: subject.detail,
      outcome,
      address,
      requestId,
    },
  });
}
