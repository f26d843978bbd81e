import "server-only";
import { type Prisma, type Tx } from "#lib/platform/db";
import { publish } from "#lib/platform/events";

type Cut = {
  release: { id: string; appId: string; teamId: string };
  state: "superseded" | "aborted";
  /** What must still hold of the row: another process may end it at the same moment, and what is over stays as it ended. */
  while: Prisma.ReleaseWhereInput;
  now: Date;
};

/** Ends a release before its last step; steps that were not over are skipped. False when the row had moved on. */
export async function cutShort(tx: Tx, { release, state, while: guard, now }: Cut): Promise<boolean> {
  const { count } = await tx.release.updateMany({
    where: { ...guard, id: release.id },
    data: { state, endedAt: now, version: { increment: 1 } },
  });
  if (count === 0) return false;
  await tx.releaseStep.updateMany({
    where: { releaseId: release.id, state: { in: ["waiting", "running"] } },
    data: { state: "skipped", endedAt: now },
  });
  await publish(tx, { kind: "release", subjectId: release.id, teamId: release.teamId, appId: release.appId });
  return true;
}
