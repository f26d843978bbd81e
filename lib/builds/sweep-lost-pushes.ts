import "server-only";
import { type Gitlab } from "#lib/clients/gitlab/client";
import { type Call } from "#lib/clients/http/call";
import { type Db, type Prisma } from "#lib/platform/db";
import { NotFound } from "#lib/platform/errors";
import { type Queue } from "#lib/platform/queue";
import { buildJob } from "./build-job.ts";
import { insertBuild } from "./insert-build.ts";

type World = { db: Db; gitlab: Gitlab; enqueue: Queue["enqueue"] };

/** How many heads one sweep asks for; with more services than that, several sweeps make the round. */
const HEADS_A_SWEEP = 100;

export type PushSweep = (call?: Call) => Promise<{ checked: number; found: number }>;

/**
 * Finds pushes whose webhook never came: a branch whose head is not its newest build's commit. Such a head is built
 * only when the sweep after still finds it so, because a webhook may be on its way. Throws what GitLab's client throws.
 */
export function createPushSweep(world: World): PushSweep {
  const suspects = new Map<string, string>();
  let after: string | undefined;
  return async (call = {}) => {
    const apps = await appsToCheck(world.db, after);
    after = apps.length < HEADS_A_SWEEP ? undefined : apps.at(-1)?.id;
    let found = 0;
    for (const app of apps) {
      const head = await headOf(world.gitlab, app, call);
      if (!head || head.sha === app.builds[0]?.commitSha) {
        suspects.delete(app.id);
      } else if (suspects.get(app.id) !== head.sha) {
        suspects.set(app.id, head.sha);
      } else if (await buildLostPush(world, app, head)) {
        suspects.delete(app.id);
        found += 1;
      }
    }
    return { checked: apps.length, found };
  };
}

type Candidate = Awaited<ReturnType<typeof appsToCheck>>[number];

const BUILT_ON_PUSH = {
  buildOnPush: true,
  provisionState: "ready",
  retiringAt: null,
  gitlabProjectId: { not: null },
} as const satisfies Prisma.AppWhereInput;

const appsToCheck = async (db: Db, after: string | undefined) => {
  const apps = await db.app.findMany({
    where: { ...BUILT_ON_PUSH, ...(after ? { id: { gt: after } } : {}) },
    orderBy: { id: "asc" },
    take: HEADS_A_SWEEP,
    select: {
      id: true,
      gitlabProjectId: true,
      defaultRef: true,
      builds: { orderBy: { number: "desc" }, take: 20, select: { ref: true, number: true, commitSha: true } },
    },
  });
  return apps.map((app) => ({ ...app, builds: app.builds.filter((build) => build.ref === app.defaultRef) }));
};

/** Null when the branch is gone (or the ref is a tag): nothing was pushed to it then. */
async function headOf(gitlab: Gitlab, app: Candidate, call: Call) {
  if (app.gitlabProjectId === null) return null;
  try {
    return await gitlab.resolveRef(app.gitlabProjectId, app.defaultRef, "branch", call);
  } catch (error) {
    if (error instanceof NotFound) return null;
    throw error;
  }
}

const buildLostPush = (world: World, app: Candidate, head: { sha: string; title: string; authorName: string }) =>
  world.db.$transaction(async (tx) => {
    const inserted = await insertBuild(tx, {
      appId: app.id,
      ref: app.defaultRef,
      refKind: "branch",
      commit: head,
      trigger: "sweep",
      requestedById: null,
      idempotencyKey: `sweep:${head.sha}:after-${app.builds[0]?.number ?? 0}`,
      onlyIfNews: true,
    });
    if (inserted.created) await world.enqueue(tx, buildJob, inserted.id);
    return inserted.created;
  });
