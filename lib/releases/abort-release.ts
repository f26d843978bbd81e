import "server-only";
import { Conflict, NotFound } from "#lib/platform/errors";
import { publish } from "#lib/platform/events";
import { ownDeps, type ReleaseDeps, releaseJob } from "./jobs.ts";
import { isTerminal, mayBecome } from "./release-rules.ts";
import { RELEASE_STATES } from "./schema.ts";
import { wayBack } from "./way-back.ts";

const ABORTABLE = RELEASE_STATES.filter((state) => mayBecome(state, "aborting"));

/**
 * Asks for an end of a release in flight. The worker stops it and, when it had touched the cluster, restores what ran
 * before as a release of its own. Asking twice is fine; Conflict once the release is over.
 */
export async function abortRelease(releaseId: string, deps: ReleaseDeps = ownDeps()): Promise<void> {
  await deps.db.$transaction(async (tx) => {
    const { count } = await tx.release.updateMany({
      where: { id: releaseId, state: { in: ABORTABLE } },
      data: { state: "aborting", version: { increment: 1 } },
    });
    const row = await tx.release.findUnique({
      where: { id: releaseId },
      select: { state: true, number: true, appId: true, environmentId: true, app: { select: { teamId: true } } },
    });
    if (!row) throw new NotFound("There is no such release.");
    if (isTerminal(row.state)) {
      const next = await wayBack(tx, row);
      throw new Conflict(`Release ${row.number} is over (${row.state}), so there is nothing to abort.`, { next });
    }
    if (count === 0) return;
    await publish(tx, { kind: "release", subjectId: releaseId, teamId: row.app.teamId, appId: row.appId });
    await deps.enqueue(tx, releaseJob, releaseId);
  });
}
