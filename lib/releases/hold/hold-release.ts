import "server-only";
import { type Prisma, type Tx } from "#lib/platform/db";
import { Conflict, NotFound } from "#lib/platform/errors";
import { publish } from "#lib/platform/events";
import { ownDeps, type ReleaseDeps, releaseJob } from "../jobs.ts";
import { PAUSABLE } from "../release-rules.ts";
import { wayBack } from "../way-back.ts";

/**
 * Holds a rollout where it is, as `kubectl rollout pause` does: no more pods of the new template are started, those that
 * run stay, and no deadline passes; a canary keeps its share and is judged on. Asking twice is fine; Conflict once there is nothing left to hold.
 */
export async function pauseRelease(releaseId: string, byId: string, deps: ReleaseDeps = ownDeps()): Promise<void> {
  await change(releaseId, deps, async (release, tx) => {
    if (release.pausedAt) return null;
    if (!PAUSABLE.includes(release.state)) {
      const next = await wayBack(tx, release);
      throw new Conflict(`Release ${release.number} has nothing left to pause (${release.state}).`, { next });
    }
    return { pausedAt: deps.now(), pausedById: byId };
  });
}

/** Lets a held rollout go on. Asking twice is fine. */
export async function resumeRelease(releaseId: string, deps: ReleaseDeps = ownDeps()): Promise<void> {
  await change(releaseId, deps, async (release) => (release.pausedAt ? resumed(release, deps.now()) : null));
}

/**
 * Ends a canary's trial: its pods take the place of the others at once, whatever stages were left, held or not. Asking twice
 * is fine; Conflict when there is no trial to end.
 */
export async function promoteRelease(releaseId: string, byId: string, deps: ReleaseDeps = ownDeps()): Promise<void> {
  await change(releaseId, deps, async (release) => {
    if (release.promotedAt) return null;
    if (release.canary === null || (release.state !== "pending" && release.state !== "canary")) {
      throw new Conflict(`Release ${release.number} has no canary to promote (${release.state}).`);
    }
    return { promotedAt: deps.now(), promotedById: byId, ...resumed(release, deps.now()) };
  });
}

type Row = {
  appId: string;
  environmentId: string;
  state: (typeof PAUSABLE)[number];
  number: number;
  pausedAt: Date | null;
  pausedMs: number;
  canary: Prisma.JsonValue;
  promotedAt: Date | null;
};

function resumed({ pausedAt, pausedMs }: Row, now: Date): Prisma.ReleaseUncheckedUpdateInput {
  if (!pausedAt) return {};
  const heldMs = Math.max(0, now.getTime() - pausedAt.getTime());
  return { pausedAt: null, pausedById: null, pausedMs: pausedMs + heldMs };
}

/** The worker reads the wish with its next look: the version says to a look under way that it is out of date. */
async function change(
  id: string,
  { db, enqueue }: ReleaseDeps,
  decide: (row: Row, tx: Tx) => Promise<Prisma.ReleaseUncheckedUpdateInput | null>,
): Promise<void> {
  await db.$transaction(async (tx) => {
    await tx.$queryRaw`select 1 from releases where id = ${id}::uuid for update`;
    const row = await tx.release.findUnique({
      where: { id },
      select: {
        state: true,
        number: true,
        pausedAt: true,
        pausedMs: true,
        canary: true,
        promotedAt: true,
        appId: true,
        environmentId: true,
        app: { select: { teamId: true } },
      },
    });
    if (!row) throw new NotFound("There is no such release.");
    const data = await decide(row, tx);
    if (!data) return;
    await tx.release.update({ where: { id }, data: { ...data, version: { increment: 1 } } });
    await publish(tx, { kind: "release", subjectId: id, teamId: row.app.teamId, appId: row.appId });
    await enqueue(tx, releaseJob, id);
  });
}
