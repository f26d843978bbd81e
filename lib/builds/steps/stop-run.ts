import "server-only";
import { type Call } from "#lib/clients/http/call";
import { type RunResult } from "#lib/platform/queue";
import { type BuildRow, recordBuild } from "../build-row.ts";
import { type BuildWorld } from "../build-world.ts";

/** Asks Jenkins to take the request back; that it did is seen at the next look, never assumed. */
export async function cancelQueueItem(
  world: BuildWorld,
  row: BuildRow,
  queueId: number,
  call: Call,
): Promise<RunResult> {
  return askToStop(world, row, () => world.jenkins.cancelQueueItem(queueId, call));
}

/** Asks Jenkins to abort the run; the build is cancelled when Jenkins says ABORTED. */
export async function stopRun(world: BuildWorld, row: BuildRow, number: number, call: Call): Promise<RunResult> {
  return askToStop(world, row, () => world.jenkins.stopBuild(row.jenkinsJob, number, call));
}

async function askToStop(world: BuildWorld, row: BuildRow, ask: () => Promise<void>): Promise<RunResult> {
  await world.checkpoint?.("build.stop.before-effect");
  await ask();
  await world.checkpoint?.("build.stop.after-effect");
  const now = world.now();
  await recordBuild(world.db, row, { steps: [{ name: "run", memory: { stopSentAt: now.toISOString() } }] }, now);
  await world.checkpoint?.("build.stop.after-commit");
  return { requeueAfterMs: 300 };
}
