import "server-only";
import { provisionJob } from "#lib/apps/provision-job";
import { isCancellable, isTerminalBuild } from "#lib/builds/build-rules";
import { cancelBuild } from "#lib/builds/cancel-build";
import { BUILD_STATES } from "#lib/builds/schema";
import { Conflict } from "#lib/platform/errors";
import { abortRelease } from "#lib/releases/abort-release";
import { IN_FLIGHT } from "#lib/releases/release-rules";
import { LOOK_AGAIN_MS, nothingSeen, type StepContext, type Verdict } from "./step-context.ts";

export const UNFINISHED_BUILDS = BUILD_STATES.filter((state) => !isTerminalBuild(state));

/**
 * Nothing of the service may be under way when its objects go. Each reconciler ends its own work, because a row that it
 * ended itself says that no run of it is in the middle of an effect; this waits until all of them have.
 */
export async function gate({ world, row }: StepContext): Promise<Verdict> {
  const { db, enqueue } = world;
  const { id: appId, provisionState } = row.app;
  const [builds, releases] = await Promise.all([
    db.build.findMany({
      where: { appId, state: { in: UNFINISHED_BUILDS } },
      select: { id: true, number: true, state: true },
    }),
    db.release.findMany({ where: { appId, state: { in: [...IN_FLIGHT] } }, select: { id: true, number: true } }),
  ]);
  const provisioning = provisionState === "pending" || provisionState === "running";
  if (provisioning) await enqueue(undefined, provisionJob, appId);
  for (const { id, state } of builds) if (isCancellable(state)) await tolerant(cancelBuild(world, id));
  for (const { id } of releases) await tolerant(abortRelease(id, world));
  if (!provisioning && builds.length === 0 && releases.length === 0) return { is: "done", ...nothingSeen() };
  const facts = { builds: builds.length, releases: releases.length, provisioning };
  return { is: "wait", facts, afterMs: LOOK_AGAIN_MS / 2 };
}

/** It may have ended by itself since it was read: then the next look finds it so. */
async function tolerant(asking: Promise<void>): Promise<void> {
  await asking.catch((error: unknown) => {
    if (!(error instanceof Conflict)) throw error;
  });
}
