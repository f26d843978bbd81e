import "server-only";
import { imagesEntry, planInLedger } from "#lib/apps/ledger";
import { callbackUrlFor } from "#lib/apps/naming-rules";
import { type Call } from "#lib/clients/http/call";
import { type RunResult } from "#lib/platform/queue";
import { type BuildRow, readBuild, recordBuild, stepOf } from "../build-row.ts";
import { type BuildWorld } from "../build-world.ts";
import { CALLBACK_TOKEN_PARAMETER } from "../pipeline-manifests.ts";
import { callbackToken } from "../tail-log.ts";

/** Asks Jenkins for the run. That it is about to be asked is written first, so a lost answer is looked for, not repeated. */
export async function triggerRun(world: BuildWorld, row: BuildRow, call: Call): Promise<RunResult> {
  const now = world.now();
  const attempts = (stepOf(row, "trigger")?.attempts ?? 0) + 1;
  const sending = { name: "trigger", state: "running", attempts, memory: { sentAt: now.toISOString() } } as const;
  if (!(await recordBuild(world.db, row, { steps: [sending] }, now))) return { requeueAfterMs: 0 };
  await planInLedger(world.db, imagesEntry(row));

  await world.checkpoint?.("build.trigger.before-effect");
  const { queueId } = await send(world, row, call);
  await world.checkpoint?.("build.trigger.after-effect");

  const fresh = await readBuild(world.db, row.id);
  if (fresh) {
    // A cancel may have come in between: then only the queue item is noted, for the next run to take back.
    const state = fresh.state === "requested" ? "queued" : fresh.state;
    await recordBuild(
      world.db,
      fresh,
      {
        build: { jenkinsQueueId: queueId, state },
        steps: [
          { name: "trigger", state: "done" },
          { name: "queue", state: "running" },
        ],
      },
      world.now(),
    );
  }
  await world.checkpoint?.("build.trigger.after-commit");
  return { requeueAfterMs: 100 };
}

async function send(world: BuildWorld, row: BuildRow, call: Call): Promise<{ queueId: number }> {
  const parameters = {
    KEPLER_BUILD_ID: row.id,
    KEPLER_COMMIT: row.commitSha,
    KEPLER_IMAGE: `${row.imageRepository}:${row.imageTag}`,
    KEPLER_CALLBACK_URL: callbackUrlFor(world.keplerUrl, row.id),
    [CALLBACK_TOKEN_PARAMETER]: callbackToken(world, row),
  };
  try {
    return await world.jenkins.trigger(row.jenkinsJob, parameters, call);
  } catch (error) {
    await noteStillOnItsWay(world, row.id);
    throw error;
  }
}

/** A request that was given up may be at work in Jenkins yet: the time to believe that it is not there begins now. */
async function noteStillOnItsWay(world: BuildWorld, buildId: string): Promise<void> {
  const fresh = await readBuild(world.db, buildId);
  if (!fresh) return;
  const now = world.now();
  await recordBuild(world.db, fresh, { steps: [{ name: "trigger", memory: { sentAt: now.toISOString() } }] }, now);
}
