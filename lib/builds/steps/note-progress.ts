import "server-only";
import { type RunResult } from "#lib/platform/queue";
import { type BuildRow, recordBuild } from "../build-row.ts";
import { type BuildDecision, mayMove } from "../build-rules.ts";
import { type BuildWorld } from "../build-world.ts";

/** A cancel that was asked for stays visible whatever Jenkins reaches meanwhile. */
const forward = (row: BuildRow, to: "queued" | "running") => (mayMove(row.state, to) ? { state: to } : {});

export async function noteQueued(
  world: BuildWorld,
  row: BuildRow,
  seen: Extract<BuildDecision, { do: "note-queued" }>,
): Promise<RunResult> {
  const detail = seen.why ? { why: seen.why } : undefined;
  await recordBuild(
    world.db,
    row,
    {
      build: { ...forward(row, "queued"), jenkinsQueueId: seen.queueId },
      steps: [
        { name: "trigger", state: "done", error: null },
        { name: "queue", state: "running", detail },
      ],
    },
    world.now(),
  );
  await world.checkpoint?.("build.queue.after-commit");
  return { requeueAfterMs: 300 };
}

/** The number is written as soon as it is known: Jenkins forgets the queue item that led to it. */
export async function noteRunning(
  world: BuildWorld,
  row: BuildRow,
  seen: Extract<BuildDecision, { do: "note-running" }>,
): Promise<RunResult> {
  await world.checkpoint?.("build.run.before-commit");
  await recordBuild(
    world.db,
    row,
    {
      build: {
        ...forward(row, "running"),
        jenkinsBuildNumber: seen.number,
        jenkinsUrl: seen.url,
        startedAt: row.startedAt ?? seen.startedAt,
      },
      steps: [
        { name: "trigger", state: "done", error: null },
        { name: "queue", state: "done", error: null },
        { name: "run", state: "running", detail: { number: seen.number } },
      ],
    },
    world.now(),
  );
  await world.checkpoint?.("build.run.after-commit");
  return { requeueAfterMs: 100 };
}
