import "server-only";
import { type AppSpec } from "#lib/apps/spec-schema";
import { type Db, db as ownDb, type Prisma, type Tx } from "#lib/platform/db";
import { commitLeft } from "./hold-rules.ts";
import { type HeldCommitView } from "./schema.ts";

type Here = { appId: string; environmentId: string };

const select = {
  commitSha: true,
  environmentId: true,
  reason: true,
  since: true,
  environment: { select: { name: true } },
  release: { select: { id: true, number: true } },
  heldBy: { select: { name: true } },
} as const satisfies Prisma.HeldCommitSelect;

const view = (row: Prisma.HeldCommitGetPayload<{ select: typeof select }>): HeldCommitView => ({
  commitSha: row.commitSha,
  environmentId: row.environmentId,
  environment: row.environment.name,
  reason: row.reason,
  since: row.since.toISOString(),
  by: row.heldBy?.name ?? null,
  releaseId: row.release.id,
  releaseNumber: row.release.number,
});

/** The holds of an app that nobody has lifted, newest first. */
export async function listHeldCommits(appId: string, db: Db = ownDb()): Promise<HeldCommitView[]> {
  const rows = await db.heldCommit.findMany({ where: { appId, liftedAt: null }, select, orderBy: { since: "desc" } });
  return rows.map(view);
}

/** The hold on this commit in this place; null when there is none, or it was lifted. */
export async function holdOn(
  db: Pick<Tx, "heldCommit">,
  here: Here,
  commitSha: string | undefined,
): Promise<HeldCommitView | null> {
  if (commitSha === undefined) return null;
  const row = await db.heldCommit.findFirst({ where: { ...here, commitSha, liftedAt: null }, select });
  return row && view(row);
}

type Left = {
  here: Here;
  from: AppSpec["image"] | undefined;
  to: AppSpec["image"];
  release: { id: string; requestedById: string | null; reason: string | null };
  now: Date;
};

/**
 * After a rollback was asked for: holds the commit that it leaves behind, unless the rollback goes to a newer image than
 * the one that ran (a rollback of a rollback), which says nothing against the older one.
 */
export async function holdCommitLeft(tx: Tx, { here, from, to, release, now }: Left): Promise<void> {
  const commitSha = commitLeft(from, to);
  if (!from || commitSha === null) return;
  const firstOf = async (imageDigest: string) =>
    (await tx.release.aggregate({ where: { ...here, imageDigest }, _min: { number: true } }))._min.number ?? 0;
  if ((await firstOf(to.digest)) > (await firstOf(from.digest))) return;
  const held = { releaseId: release.id, heldById: release.requestedById, reason: release.reason, since: now };
  const free = { liftedById: null, liftedAt: null, liftReason: null };
  await tx.heldCommit.upsert({
    where: { appId_environmentId_commitSha: { ...here, commitSha } },
    create: { ...here, commitSha, ...held },
    update: { ...held, ...free },
  });
}
