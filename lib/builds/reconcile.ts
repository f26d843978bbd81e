import "server-only";
import { retryAfterMs } from "#lib/apps/provision-rules";
import { type Call } from "#lib/clients/http/call";
import { recordSystem } from "#lib/clusters/record-system";
import { Denied, isTransient, KeplerError, NotFound } from "#lib/platform/errors";
import { type RunResult } from "#lib/platform/queue";
import { isTerminalStep } from "#lib/platform/steps";
import { type BuildRow, factsOf, memoryOf, readBuild, recordBuild, stepOf } from "./build-row.ts";
import { decide, isTerminalBuild, type JenkinsObservation } from "./build-rules.ts";
import { type BuildWorld } from "./build-world.ts";
import { observeRun } from "./observe-run.ts";
import { BUILD_STEPS } from "./schema.ts";
import { endRun } from "./steps/end-run.ts";
import { followRun } from "./steps/follow-run.ts";
import { noteQueued, noteRunning } from "./steps/note-progress.ts";
import { cancelQueueItem, stopRun } from "./steps/stop-run.ts";
import { triggerRun } from "./steps/trigger-run.ts";
import { verifyImage } from "./steps/verify-image.ts";

/**
 * Brings one build a step further: read the row, ask Jenkins, decide, do one thing, write it down.
 * Can be stopped anywhere and run again; a system that does not answer is waited out, never guessed about.
 */
export async function reconcileBuild(world: BuildWorld, buildId: string, call: Call = {}): Promise<RunResult> {
  const row = await readBuild(world.db, buildId);
  if (!row || isTerminalBuild(row.state)) return "done";
  if (waitsForProvision(row)) return { requeueAfterMs: row.app.provisionState === "failed" ? 5_000 : 300 };
  try {
    if (row.state === "verifying") return await verifyImage(world, row, call);
    const seen = await observeRun(world.jenkins, row, call);
    await recordSystem(world.db, "jenkins", "ok", world.now());
    await forgetTrouble(world, row, seen);
    return await act(world, (await readBuild(world.db, buildId)) ?? row, seen, call);
  } catch (error) {
    return waitOut(world, row, error);
  }
}

/** Nothing can be triggered before the job exists, but a request may be taken back. */
const waitsForProvision = (row: BuildRow): boolean =>
  row.state === "requested" && row.cancelRequestedAt === null && row.app.provisionState !== "ready";

async function act(world: BuildWorld, row: BuildRow, seen: JenkinsObservation, call: Call): Promise<RunResult> {
  if (seen.kind === "run" && row.jenkinsBuildNumber === seen.number) {
    const { news, logIsComplete } = await followRun(world, row, seen, call);
    if (news) return { requeueAfterMs: 0 };
    if (!seen.building && !logIsComplete) return { requeueAfterMs: 200 };
  }
  const next = decide(factsOf(row), seen, world.now());
  switch (next.do) {
    case "done":
      return "done";
    case "wait":
      return { requeueAfterMs: next.afterMs };
    case "verify":
      return verifyImage(world, row, call);
    case "trigger":
      return triggerRun(world, row, call);
    case "note-queued":
      return noteQueued(world, row, next);
    case "note-running":
      return noteRunning(world, row, next);
    case "note-missing":
      await remember(world, row, { missingSince: world.now().toISOString() });
      return { requeueAfterMs: 1_000 };
    case "cancel-queue-item":
      return cancelQueueItem(world, row, next.queueId, call);
    case "stop":
      return stopRun(world, row, next.number, call);
    case "end":
      return endRun(world, row, next.how);
  }
}

const remember = (world: BuildWorld, row: BuildRow, memory: { missingSince: string | null }) =>
  recordBuild(world.db, row, { steps: [{ name: "run", memory }] }, world.now());

/** The step at which the build stands: the first that has not ended. */
const currentStep = (row: BuildRow): string =>
  BUILD_STEPS.find((name) => !isTerminalStep(stepOf(row, name)?.state ?? "waiting")) ?? "verify";

/** Jenkins answers again: an error that it did not is taken off the step, and a run that reappeared is not missing. */
async function forgetTrouble(world: BuildWorld, row: BuildRow, seen: JenkinsObservation): Promise<void> {
  const name = currentStep(row);
  const cleared = stepOf(row, name)?.error == null ? [] : [{ name, error: null, attempts: 0 }];
  const found = seen.kind !== "nothing" && memoryOf(stepOf(row, "run")?.detail).missingSince;
  if (cleared.length === 0 && !found) return;
  const reappeared = found ? [{ name: "run", memory: { missingSince: null } }] : [];
  await recordBuild(world.db, row, { steps: [...cleared, ...reappeared] }, world.now());
}

/**
 * A refused token or a system that does not answer is no verdict on the build: the step says so and waits.
 * What cannot pass by itself ends the build with the system's sentence.
 */
async function waitOut(world: BuildWorld, row: BuildRow, error: unknown): Promise<RunResult> {
  if (!(error instanceof KeplerError)) throw error;
  const now = world.now();
  const name = currentStep(row);
  const fresh = (await readBuild(world.db, row.id)) ?? row;
  if (isTransient(error) || error instanceof Denied) {
    await recordSystem(world.db, error.system, error, now);
    const attempts = (stepOf(fresh, name)?.attempts ?? 0) + 1;
    await recordBuild(world.db, fresh, { steps: [{ name, error: error.toPublic(), attempts }] }, now);
    return { requeueAfterMs: error.retryAfterMs ?? retryAfterMs(attempts) };
  }
  const shown = error instanceof NotFound ? jobIsGone(row) : error.toPublic();
  await recordBuild(
    world.db,
    fresh,
    { build: { state: "failed", error: shown, endedAt: now }, steps: [{ name, state: "failed", error: shown }] },
    now,
  );
  return { requeueAfterMs: 0 };
}

const jobIsGone = (row: BuildRow) =>
  ({
    code: "not-found",
    system: "jenkins",
    message: `Jenkins has no job ${row.jenkinsJob} any more.`,
    next: "Set the service up again (Overview, Provision), then build again.",
  }) as const;
