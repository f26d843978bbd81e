import "server-only";
import { type Db } from "#lib/platform/db";
import { Conflict, NotFound } from "#lib/platform/errors";
import { type Queue } from "#lib/platform/queue";
import { provisionJob } from "./provision-job.ts";
import { readProvision, recordProvision } from "./provision-row.ts";
import { stepsToRetry } from "./provision-rules.ts";
import { refuseRetiring } from "./retiring-rules.ts";

type World = { db: Db; enqueue: Queue["enqueue"]; now(): Date };

/**
 * Takes up a failed provision at the step that failed, because a person says that the cause is gone. A provision that
 * succeeded is run again from the start: that repairs a hook or a job which somebody removed. While one runs: Conflict.
 */
export async function retryProvision(world: World, appId: string): Promise<void> {
  const row = await readProvision(world.db, appId);
  if (!row || row.retiredAt) throw new NotFound("There is no such service.");
  refuseRetiring(row);
  if (row.provisionState === "running" || row.provisionState === "pending") {
    throw new Conflict("This service is being provisioned already.");
  }
  const again =
    row.provisionState === "failed" ? stepsToRetry(row.provisionSteps) : row.provisionSteps.map((step) => step.name);
  const steps = again.map((name) => ({ name, state: "waiting" as const, error: null, attempts: 0 }));
  const change = { state: "pending" as const, error: null, steps };
  const written = await recordProvision(
    world.db,
    row,
    { ...change, also: (tx) => world.enqueue(tx, provisionJob, appId) },
    world.now(),
  );
  if (!written) throw new Conflict("Somebody else has just asked for the same.");
}
