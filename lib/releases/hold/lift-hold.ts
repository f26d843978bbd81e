import "server-only";
import { NotFound } from "#lib/platform/errors";
import { publish } from "#lib/platform/events";
import { ownDeps, type ReleaseDeps } from "../jobs.ts";
import { type LiftHoldInput } from "./schema.ts";

/** Lets a held commit be released again where it was held. Throws NotFound when nothing holds it (any more). */
export async function liftHold(
  app: { id: string; teamId: string },
  liftedById: string,
  { environmentId, commitSha, reason }: LiftHoldInput,
  deps: Pick<ReleaseDeps, "db" | "now"> = ownDeps(),
): Promise<void> {
  await deps.db.$transaction(async (tx) => {
    const { count } = await tx.heldCommit.updateMany({
      where: { appId: app.id, environmentId, commitSha, liftedAt: null },
      data: { liftedAt: deps.now(), liftedById, liftReason: reason },
    });
    if (count === 0) throw new NotFound("Nothing holds this commit there.");
    await publish(tx, { kind: "app", subjectId: app.id, teamId: app.teamId, appId: app.id });
  });
}
