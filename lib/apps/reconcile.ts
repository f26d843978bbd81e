import "server-only";
import { type Call } from "#lib/clients/http/call";
import { recordSystem } from "#lib/clusters/record-system";
import { isTransient, KeplerError } from "#lib/platform/errors";
import { type RunResult } from "#lib/platform/queue";
import { isTerminalStep } from "#lib/platform/steps";
import { type ProvisionRow, provisionStepOf, readProvision, recordProvision } from "./provision-row.ts";
import { nextProvisionStep, type ProvisionStepName, pauseLeftMs, pauseOf, retryAfterMs } from "./provision-rules.ts";
import { type ProvisionWorld } from "./provision-world.ts";
import { checkRepository } from "./steps/check-repository.ts";
import { ensureJob } from "./steps/ensure-job.ts";
import { ensureWebhook } from "./steps/ensure-webhook.ts";

type Step = { system: "gitlab" | "jenkins"; run: typeof checkRepository | typeof ensureWebhook | typeof ensureJob };

/** Each finds or creates, so that it may be run again from its beginning; what it returns is shown beside the step. */
const STEPS: Record<ProvisionStepName, Step> = {
  repository: { system: "gitlab", run: checkRepository },
  webhook: { system: "gitlab", run: ensureWebhook },
  job: { system: "jenkins", run: ensureJob },
};

/** Brings the provision of one app a step further; can be stopped anywhere and run again. */
export async function reconcileProvision(world: ProvisionWorld, appId: string, call: Call = {}): Promise<RunResult> {
  const row = await readProvision(world.db, appId);
  if (!row || row.retiredAt || row.provisionState === "ready" || row.provisionState === "failed") return "done";
  if (row.retiringAt) return giveWay(world, row);
  const next = nextProvisionStep(row.provisionSteps);
  if (next === "ready" || next === "failed") {
    await recordProvision(world.db, row, { state: next }, world.now());
    return { requeueAfterMs: 0 };
  }
  const step = provisionStepOf(row, next);
  if (step?.state === "waiting") return begin(world, row, next);
  const pauseMs = pauseLeftMs(step?.detail, world.now());
  if (pauseMs > 0) return { requeueAfterMs: pauseMs };
  try {
    return await perform(world, row, next, call);
  } catch (error) {
    return takeFailure(world, row, next, error);
  }
}

/** A retirement waits for this: no run of the provision is under way once the row says so. */
async function giveWay(world: ProvisionWorld, row: ProvisionRow): Promise<RunResult> {
  const left = row.provisionSteps.filter((step) => !isTerminalStep(step.state));
  const steps = left.map(({ name }) => ({ name, state: "skipped" as const }));
  const error = { code: "conflict", system: "kepler", message: "The service is being retired." } as const;
  await recordProvision(world.db, row, { state: "failed", error, steps }, world.now());
  return { requeueAfterMs: 0 };
}

async function begin(world: ProvisionWorld, row: ProvisionRow, name: ProvisionStepName): Promise<RunResult> {
  const change = { state: "running", error: null, steps: [{ name, state: "running" }] } as const;
  await recordProvision(world.db, row, { ...change, steps: [...change.steps] }, world.now());
  await world.checkpoint?.(`provision.${name}.begun`);
  return { requeueAfterMs: 0 };
}

async function perform(
  world: ProvisionWorld,
  row: ProvisionRow,
  name: ProvisionStepName,
  call: Call,
): Promise<RunResult> {
  const step = STEPS[name];
  const detail = await step.run(world, row, call);
  await recordSystem(world.db, step.system, "ok", world.now());
  const steps = [{ name, state: "done" as const, error: null, detail }];
  const state = name === "job" ? "ready" : "running";
  await recordProvision(world.db, row, { state, steps }, world.now());
  await world.checkpoint?.(`provision.${name}.after-commit`);
  return { requeueAfterMs: 0 };
}

/** What passes by itself is waited out; what does not fails the step with the system's sentence, for a person to retry. */
async function takeFailure(
  world: ProvisionWorld,
  row: ProvisionRow,
  name: ProvisionStepName,
  failure: unknown,
): Promise<RunResult> {
  if (!(failure instanceof KeplerError)) throw failure;
  const attempts = (provisionStepOf(row, name)?.attempts ?? 0) + 1;
  const error = failure.toPublic();
  if (failure.system === STEPS[name].system) await recordSystem(world.db, failure.system, failure, world.now());
  if (isTransient(failure)) {
    const detail = pauseOf(failure.retryAfterMs, world.now());
    await recordProvision(world.db, row, { steps: [{ name, attempts, error, detail }] }, world.now());
    return { requeueAfterMs: failure.retryAfterMs ?? retryAfterMs(attempts) };
  }
  const steps = [{ name, state: "failed" as const, attempts, error }];
  await recordProvision(world.db, row, { state: "failed", error, steps }, world.now());
  return { requeueAfterMs: 0 };
}
