import "server-only";
import { type Call } from "#lib/clients/http/call";
import { isTransient } from "#lib/platform/errors";
import { type BuildRow, memoryOf, recordBuild, stepOf } from "../build-row.ts";
import { type JenkinsObservation } from "../build-rules.ts";
import { type BuildWorld } from "../build-world.ts";
import { tailLog } from "../tail-log.ts";

/**
 * Takes over what the run has said and which stage it is in. `news` = the row was written and must be read again;
 * `logIsComplete` once the whole console is stored.
 */
export async function followRun(
  world: BuildWorld,
  row: BuildRow,
  run: Extract<JenkinsObservation, { kind: "run" }>,
  call: Call,
): Promise<{ news: boolean; logIsComplete: boolean }> {
  const logIsComplete = await tailLog(world, row, run.number, call);
  const before = memoryOf(stepOf(row, "run")?.detail).stages ?? [];
  const stages = await stagesOf(world, row, run.number, call);
  if (!stages || sameShape(stages, before)) return { news: false, logIsComplete };
  await recordBuild(world.db, row, { steps: [{ name: "run", memory: { stages } }] }, world.now());
  return { news: true, logIsComplete };
}

/** Stages are an ornament of a build (a plugin's, at that): that they cannot be had must not stop it. */
async function stagesOf(world: BuildWorld, row: BuildRow, number: number, call: Call) {
  try {
    return await world.jenkins.getStages(row.jenkinsJob, number, call);
  } catch (error) {
    if (isTransient(error)) return null;
    throw error;
  }
}

type Stage = { name: string; status: string; durationMs: number };
/** The duration of a stage that runs grows with each look; only what a person would call news is written. */
const sameShape = (a: readonly Stage[], b: readonly Stage[]): boolean =>
  a.length === b.length && a.every((stage, i) => stage.name === b[i]?.name && stage.status === b[i].status);
