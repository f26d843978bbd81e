import "server-only";
import { Invalid, NotFound } from "#lib/platform/errors";
import { publish } from "#lib/platform/events";
import { leaseJob, ownDeps, type ReleaseDeps } from "../jobs.ts";
import { mayEndAt } from "./lease-rules.ts";
import { type MoveLeaseInput } from "./schema.ts";

/** Moves the end of the lease that is on in a place, or ends it now. NotFound when none is. */
export async function moveLease(
  app: { id: string; teamId: string },
  { environmentId, until }: MoveLeaseInput,
  { db, enqueue, now }: ReleaseDeps = ownDeps(),
): Promise<void> {
  const dueAt = until === null ? now() : new Date(until);
  if (until !== null && !mayEndAt(dueAt, now())) {
    throw new Invalid("The end must lie in the future, at most a month away.", {
      fields: [{ path: "until", message: "release.lease" }],
    });
  }
  await db.$transaction(async (tx) => {
    const where = { appId: app.id, environmentId, endedAt: null };
    const lease = await tx.scaleLease.findFirst({ where, select: { id: true, releaseId: true } });
    if (!lease) throw new NotFound("No number of pods has an end there.");
    await tx.scaleLease.update({ where: { id: lease.id }, data: { dueAt } });
    await publish(tx, { kind: "release", subjectId: lease.releaseId, teamId: app.teamId, appId: app.id });
    await enqueue(tx, leaseJob, lease.id, { startAfterMs: dueAt.getTime() - now().getTime() });
  });
}
