import "server-only";
import { pauseLeftMs, pauseOf, retryAfterMs } from "#lib/apps/provision-rules";
import { Expired, Raced } from "#lib/clients/kubernetes/client";
import { eraseSecrets } from "#lib/config/erase-secrets";
import { isTransient, KeplerError } from "#lib/platform/errors";
import { publish } from "#lib/platform/events";
import { type RunResult } from "#lib/platform/queue";
import { isOver, isSkipped, nextRetireStep, type RetireStepName } from "./retire-rules.ts";
import { type RetireWorld } from "./retire-world.ts";
import {
  keepOf,
  type RetirementChange,
  type RetirementInWork,
  readRetirement,
  recordRetirement,
  retireStepOf,
} from "./retirement-row.ts";
import { gate } from "./steps/gate.ts";
import { clearImages } from "./steps/images.ts";
import { clearJob } from "./steps/job.ts";
import { clearObjects } from "./steps/objects.ts";
import { type StepContext, type Verdict } from "./steps/step-context.ts";
import { verify } from "./steps/verify.ts";
import { clearWebhook } from "./steps/webhook.ts";

/** Each looks, performs at most one effect, and says whether anything is left; so each may be run again at any time. */
const STEPS: Record<RetireStepName, (context: StepContext) => Promise<Verdict>> = {
  gate,
  traffic: (context) => clearObjects(context, "traffic"),
  workload: (context) => clearObjects(context, "workload"),
  config: (context) => clearObjects(context, "config"),
  volumes: (context) => clearObjects(context, "volumes"),
  webhook: clearWebhook,
  job: clearJob,
  images: clearImages,
  verify,
};

const AT_ONCE = { requeueAfterMs: 0 };

/** Brings one retirement a step further; can be stopped anywhere and run again. */
export async function reconcileRetirement(
  world: RetireWorld,
  retirementId: string,
  { signal }: { signal: AbortSignal },
): Promise<RunResult> {
  const row = await readRetirement(world.db, retirementId);
  if (!row || isOver(row.state)) return "done";
  const next = nextRetireStep(row.steps);
  if (next === "done" || next === "failed") return "done";
  const step = retireStepOf(row, next);
  if (step?.state === "waiting") return begin(world, row, next);
  const pauseMs = pauseLeftMs(step?.detail, world.now());
  if (pauseMs > 0) return { requeueAfterMs: pauseMs };
  try {
    const verdict = await STEPS[next]({ world, row, step: next, signal });
    await world.checkpoint?.(`retire.${next}.before-commit`);
    const result = await keepVerdict(world, row, next, verdict);
    await world.checkpoint?.(`retire.${next}.after-commit`);
    return result;
  } catch (error) {
    if (signal.aborted || !(error instanceof KeplerError)) throw error;
    return takeFailure(world, row, next, error);
  }
}

async function begin(world: RetireWorld, row: RetirementInWork, name: RetireStepName): Promise<RunResult> {
  const now = world.now();
  const first = row.state === "planned" ? { state: "running" as const, startedAt: now } : undefined;
  const state = isSkipped(name, keepOf(row)) ? "skipped" : "running";
  await recordRetirement(world.db, row, { retirement: first, step: { name, state } }, now);
  return AT_ONCE;
}

async function keepVerdict(
  world: RetireWorld,
  row: RetirementInWork,
  name: RetireStepName,
  verdict: Verdict,
): Promise<RunResult> {
  const calm = { name, error: null, attempts: 0 };
  switch (verdict.is) {
    case "again": {
      await recordRetirement(world.db, row, { step: { ...calm, detail: { removed: verdict.removed } } }, world.now());
      return AT_ONCE;
    }
    case "wait": {
      const detail = verdict.facts;
      if (isNews(row, name, detail)) await recordRetirement(world.db, row, { step: { ...calm, detail } }, world.now());
      return { requeueAfterMs: verdict.afterMs };
    }
    case "done": {
      const { absent, present, findings } = verdict;
      const step = { ...calm, state: "done" as const, detail: {} };
      const change = { step, absent, present, ...(name === "verify" ? proven(world, row, findings) : {}) };
      await recordRetirement(world.db, row, change, world.now());
      return AT_ONCE;
    }
  }
}

/** The last look found nothing: from now on the service is one of the past, and its name may be free. */
function proven(
  world: RetireWorld,
  row: RetirementInWork,
  findings: RetirementChange["findings"],
): Pick<RetirementChange, "retirement" | "findings" | "also"> {
  const now = world.now();
  return {
    retirement: { state: "done", endedAt: now },
    findings,
    also: async (tx) => {
      await tx.app.updateMany({ where: { id: row.appId, retiredAt: null }, data: { retiredAt: now } });
      await eraseSecrets(tx, row.appId);
    },
  };
}

/** What passes by itself is waited out and said; what does not ends the retirement with the system's sentence. */
async function takeFailure(
  world: RetireWorld,
  row: RetirementInWork,
  name: RetireStepName,
  failure: KeplerError,
): Promise<RunResult> {
  const attempts = (retireStepOf(row, name)?.attempts ?? 0) + 1;
  const error = failure.toPublic();
  if (isTransient(failure) || failure instanceof Raced || failure instanceof Expired) {
    const detail = pauseOf(failure.retryAfterMs, world.now());
    await recordRetirement(world.db, row, { step: { name, attempts, error, detail } }, world.now());
    return { requeueAfterMs: failure.retryAfterMs ?? retryAfterMs(attempts) };
  }
  const now = world.now();
  const change: RetirementChange = {
    retirement: { state: "failed", error, endedAt: now },
    step: { name, state: "failed", attempts, error },
    also: async (tx) => {
      const rest = { retirementId: row.id, state: "waiting" as const };
      await tx.retirementStep.updateMany({ where: rest, data: { state: "skipped", endedAt: now } });
      await publish(tx, { kind: "app", subjectId: row.appId, teamId: row.app.teamId, appId: row.appId });
    },
  };
  await recordRetirement(world.db, row, change, now);
  return "done";
}

const detailOf = (row: RetirementInWork, name: string): object => Object(retireStepOf(row, name)?.detail);

function isNews(row: RetirementInWork, name: string, detail: object): boolean {
  const sorted = (value: object) => JSON.stringify(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  return retireStepOf(row, name)?.error != null || sorted(detailOf(row, name)) !== sorted(detail);
}
