import "server-only";
import { withRepository } from "#lib/apps/repository-rules";
import { refuseRetiring } from "#lib/apps/retiring-rules";
import { type Gitlab } from "#lib/clients/gitlab/client";
import { type Db } from "#lib/platform/db";
import { Invalid, NotFound } from "#lib/platform/errors";
import { type Queue } from "#lib/platform/queue";
import { buildJob } from "./build-job.ts";
import { insertBuild } from "./insert-build.ts";
import { type CreateBuildInput } from "./schema.ts";

type World = { db: Db; gitlab: Gitlab; enqueue: Queue["enqueue"] };

/**
 * Requests a build of a branch, tag or commit as it stands now: the commit is fixed here, whatever the ref becomes.
 * Throws NotFound (no such service), Conflict (it is being retired), Invalid with field `ref` (no such ref) and what GitLab's client throws.
 */
export async function requestBuild(
  world: World,
  appId: string,
  requestedById: string,
  input: CreateBuildInput,
): Promise<{ buildId: string; number: number }> {
  const { ref, refKind, idempotencyKey } = input;
  const app = await world.db.app.findFirst({
    where: { id: appId, retiredAt: null },
    select: { name: true, gitlabProjectId: true, gitlabProjectPath: true, repositoryUrl: true, retiringAt: true },
  });
  if (!app) throw new NotFound("There is no such service.");
  const repeated = await world.db.build.findUnique({
    where: { appId_idempotencyKey: { appId, idempotencyKey } },
    select: { id: true, number: true },
  });
  if (repeated) return { buildId: repeated.id, number: repeated.number };

  refuseRetiring(app);
  const commit = await resolve(world.gitlab, withRepository(app).gitlabProjectId, ref, refKind);
  const build = await world.db.$transaction(async (tx) => {
    const wanted = { appId, ref, refKind, commit, trigger: "manual", requestedById, idempotencyKey } as const;
    const inserted = await insertBuild(tx, wanted);
    await world.enqueue(tx, buildJob, inserted.id);
    return inserted;
  });
  return { buildId: build.id, number: build.number };
}

async function resolve(gitlab: Gitlab, projectId: number, ref: string, kind: CreateBuildInput["refKind"]) {
  try {
    return kind === "commit" ? await gitlab.getCommit(projectId, ref) : await gitlab.resolveRef(projectId, ref, kind);
  } catch (error) {
    if (!(error instanceof NotFound)) throw error;
    const message = `GitLab has no ${kind} ${ref} in this repository.`;
    throw new Invalid(message, { system: "gitlab", fields: [{ path: "ref", message }], cause: error });
  }
}
