import "server-only";
import { imageTagFor, jenkinsJobName } from "#lib/apps/naming-rules";
import { refuseRetiring } from "#lib/apps/retiring-rules";
import { type Tx } from "#lib/platform/db";
import { NotFound } from "#lib/platform/errors";
import { publish } from "#lib/platform/events";
import { BUILD_STEPS } from "./schema.ts";

export type NewBuild = {
  appId: string;
  ref: string;
  refKind: "branch" | "tag" | "commit";
  commit: { sha: string; title: string; authorName: string };
  trigger: "manual" | "push" | "create" | "sweep";
  requestedById: string | null;
  /** A second request with this key gets the first one's build. */
  idempotencyKey: string;
  /** For pushes and sweeps: nothing is built when the ref's newest build is of this commit already. */
  onlyIfNews?: boolean;
};
export type InsertedBuild = { id: string; number: number; created: boolean };

/**
 * Writes a requested build with the next number of its app. The app's row is locked until the transaction ends,
 * so numbers have no gaps and no twins however many ask at once. Throws NotFound for a retired app, Conflict for one that
 * is being retired.
 */
export async function insertBuild(tx: Tx, wanted: NewBuild): Promise<InsertedBuild> {
  await tx.$queryRaw`select id from apps where id = ${wanted.appId}::uuid for update`;
  const app = await tx.app.findFirst({
    where: { id: wanted.appId, retiredAt: null },
    select: { name: true, teamId: true, imageRepository: true, retiringAt: true },
  });
  if (!app) throw new NotFound("There is no such service.");
  const same = await alreadyThere(tx, wanted);
  if (same) return { ...same, created: false };
  refuseRetiring(app);

  const newest = await tx.build.aggregate({ where: { appId: wanted.appId }, _max: { number: true } });
  const number = (newest._max.number ?? 0) + 1;
  const build = await tx.build.create({
    select: { id: true },
    data: {
      appId: wanted.appId,
      number,
      ref: wanted.ref,
      refKind: wanted.refKind,
      commitSha: wanted.commit.sha,
      commitTitle: wanted.commit.title,
      commitAuthor: wanted.commit.authorName,
      trigger: wanted.trigger,
      requestedById: wanted.requestedById,
      idempotencyKey: wanted.idempotencyKey,
      jenkinsJob: jenkinsJobName(app.name),
      imageRepository: app.imageRepository,
      imageTag: imageTagFor(wanted.commit.sha, number),
      steps: { create: BUILD_STEPS.map((name, position) => ({ name, position })) },
    },
  });
  await publish(tx, { kind: "build", subjectId: build.id, teamId: app.teamId, appId: wanted.appId });
  return { id: build.id, number, created: true };
}

async function alreadyThere(tx: Tx, wanted: NewBuild): Promise<{ id: string; number: number } | null> {
  const { appId, idempotencyKey } = wanted;
  const select = { id: true, number: true } as const;
  const repeated = await tx.build.findUnique({ where: { appId_idempotencyKey: { appId, idempotencyKey } }, select });
  if (repeated || !wanted.onlyIfNews) return repeated;
  const newest = await tx.build.findFirst({
    where: { appId, ref: wanted.ref },
    orderBy: { number: "desc" },
    select: { ...select, commitSha: true },
  });
  return newest?.commitSha === wanted.commit.sha ? newest : null;
}
