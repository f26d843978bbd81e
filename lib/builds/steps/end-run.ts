import "server-only";
import { type PublicError } from "#lib/platform/errors";
import { type RunResult } from "#lib/platform/queue";
import { isTerminalStep } from "#lib/platform/steps";
import { type BuildChange, type BuildRow, recordBuild, stepOf } from "../build-row.ts";
import { type RunEnd } from "../build-rules.ts";
import { type BuildWorld } from "../build-world.ts";
import { firstFailingLine } from "../log-rules.ts";
import { BUILD_STEPS } from "../schema.ts";

/** Writes how the run came to its end; after SUCCESS the image is still to be verified. */
export async function endRun(world: BuildWorld, row: BuildRow, how: RunEnd): Promise<RunResult> {
  await world.checkpoint?.("build.run.before-end");
  const change = how === "image-pushed" ? toVerifying() : await toEnd(world, row, how);
  await recordBuild(world.db, row, change, world.now());
  await world.checkpoint?.("build.run.after-end");
  return { requeueAfterMs: 0 };
}

const toVerifying = (): BuildChange => ({
  build: { state: "verifying" },
  steps: [
    { name: "run", state: "done", error: null },
    { name: "verify", state: "running" },
  ],
});

async function toEnd(world: BuildWorld, row: BuildRow, how: Exclude<RunEnd, "image-pushed">): Promise<BuildChange> {
  const state = how === "cancelled" || how === "stopped-elsewhere" ? "cancelled" : "failed";
  const error = await reason(world, row, how);
  const open = BUILD_STEPS.filter((name) => !isTerminalStep(stepOf(row, name)?.state ?? "waiting"));
  const steps = open.map((name, i) =>
    i === 0 && state === "failed" ? { name, state: "failed" as const, error } : { name, state: "skipped" as const },
  );
  return { build: { state, endedAt: world.now(), ...(error ? { error } : {}) }, steps };
}

async function reason(
  world: BuildWorld,
  row: BuildRow,
  how: Exclude<RunEnd, "image-pushed">,
): Promise<PublicError | null> {
  const said = (message: string, next: string): PublicError => ({ code: "invalid", system: "jenkins", message, next });
  switch (how) {
    case "cancelled":
      return null;
    case "stopped-elsewhere":
      return said("Somebody stopped this build in Jenkins.", "Build again when they are done.");
    case "timed-out":
      return said("The build ran for more than an hour and was stopped.", "See in the log what it waited for.");
    case "lost":
      return said("Jenkins does not know this build any more.", "Build again; nothing of it was released.");
    case "failed": {
      const line = firstFailingLine(await storedLog(world, row.id));
      return said(
        line ?? "Jenkins says that the build failed, and its log is empty.",
        "Read the log around this line, correct it, push.",
      );
    }
  }
}

async function storedLog(world: BuildWorld, buildId: string): Promise<string> {
  const chunks = await world.db.buildLogChunk.findMany({
    where: { buildId },
    orderBy: { offsetBytes: "asc" },
    select: { text: true },
  });
  return chunks.map((chunk) => chunk.text).join("");
}
