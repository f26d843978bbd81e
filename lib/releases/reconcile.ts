import "server-only";
import { appSpec } from "#lib/apps/spec-schema";
import { Expired, Forbidden, Raced } from "#lib/clients/kubernetes/client";
import { clusterKey, recordSystem } from "#lib/clusters/record-system";
import { doneBefore } from "#lib/diagnosis/done-before";
import { isTransient, KeplerError, toPublicError } from "#lib/platform/errors";
import { type RunResult } from "#lib/platform/queue";
import { canaryPlanOf, canaryStanding } from "./canary/schema.ts";
import { takenFields } from "./drift/schema.ts";
import { isUntouched } from "./manifests/object.ts";
import { isRolledBack, nextTask, type ReleaseStepName } from "./release-rules.ts";
import { type Verdict } from "./rollout-rules.ts";
import { saveHiccup, saveStart, saveVerdict } from "./save-step.ts";
import { abort } from "./steps/abort.ts";
import { apply, Overtaken } from "./steps/apply.ts";
import { canary } from "./steps/canary.ts";
import { dropCanary } from "./steps/canary-objects.ts";
import { check, podReleaseIn } from "./steps/check.ts";
import { giveBack } from "./steps/give-back.ts";
import { rollout, verify } from "./steps/rollout.ts";
import { type ReconcileReleaseDeps, type ReleaseInWork, type StepContext } from "./steps/step-context.ts";

const STEPS = { check, canary, apply, rollout, verify } as const satisfies Record<
  ReleaseStepName,
  (context: StepContext) => Promise<Verdict>
>;

/** The watch wakes a waiting release at once; this is for what it misses. */
const LOOK_AGAIN_MS = 1_000;
const AT_ONCE = { requeueAfterMs: 0 };

/**
 * Brings one release one step further: reads the row, looks at the world, does what the first unfinished step needs and
 * writes what became of it. Killed anywhere, it is simply called again.
 */
export async function reconcileRelease(
  deps: ReconcileReleaseDeps,
  releaseId: string,
  { signal }: { signal: AbortSignal },
): Promise<RunResult> {
  const row = await readRelease(deps, releaseId);
  if (!row) return "done";
  const { release, steps } = row;
  const task = nextTask({ state: release.state, steps });
  if (task.do === "nothing") return "done";

  const kubernetes = deps.clients.kubernetes(release.cluster);
  if (task.do === "abort") {
    const touched = steps.some(({ name, state }) => (name === "apply" || name === "canary") && state !== "waiting");
    const context = { deps, release, kubernetes, signal, startedAt: deps.now() };
    return windUp(context, touched);
  }
  const step = steps.find(({ name }) => name === task.step);
  if (!step) return "done";
  const startedAt = step.startedAt ?? deps.now();
  if (step.state === "waiting") {
    if (!(await saveStart(deps, release, task.step, startedAt))) return AT_ONCE;
    release.version += 1;
  }
  const context = { deps, release, kubernetes, signal, startedAt };
  return workOn(context, task.step, step.attempts);
}

async function workOn(context: StepContext, step: ReleaseStepName, attempts: number): Promise<RunResult> {
  const { deps, release } = context;
  try {
    const verdict = await STEPS[step](context);
    await clusterAnswered(context, "ok");
    if (verdict.is === "failed") return settleFailure(context, step, verdict);
    await deps.checkpoint?.(`release.${step}.before-commit`);
    const saved = await saveVerdict(deps, release, step, verdict);
    await deps.checkpoint?.(`release.${step}.after-commit`);
    if (saved === "over") return "done";
    return verdict.is === "wait" && saved === "kept" ? { requeueAfterMs: LOOK_AGAIN_MS } : AT_ONCE;
  } catch (error) {
    if (error instanceof Overtaken) return AT_ONCE;
    if (context.signal.aborted || !(error instanceof KeplerError)) throw error;
    await clusterAnswered(context, error);
    if (passesByItself(error)) {
      await saveHiccup(deps, release, step, error.toPublic());
      return { requeueAfterMs: error.retryAfterMs ?? backOffMs(attempts) };
    }
    return settleFailure(context, step, { is: "failed", error: error.toPublic(), facts: {}, evidence: null });
  }
}

/** An import that fails leaves what it found as it found it; once one is done, what it took in stays the service's. Nor does a canary stay that no later release would end. */
async function settleFailure(
  context: StepContext,
  step: ReleaseStepName,
  verdict: Verdict & { is: "failed" },
): Promise<RunResult> {
  const { deps, release, signal } = context;
  try {
    if (isUntouched(release) && !(await doneBefore(deps.db, release))) await giveBack(context);
    if (!isRolledBack(release, step)) await dropCanary(context);
  } catch (error) {
    if (signal.aborted || !(error instanceof KeplerError)) throw error;
    // What the cluster refuses to take back stays in the ledger; why the release failed says more than that.
    if (passesByItself(error)) return { requeueAfterMs: error.retryAfterMs ?? backOffMs(1) };
  }
  await deps.checkpoint?.(`release.${step}.before-commit`);
  const saved = await saveVerdict(deps, release, step, verdict);
  await deps.checkpoint?.(`release.${step}.after-commit`);
  return saved === "over" ? "done" : AT_ONCE;
}

async function windUp(context: StepContext, touchedCluster: boolean): Promise<RunResult> {
  const { deps, release } = context;
  try {
    await abort(context, touchedCluster);
    return "done";
  } catch (error) {
    if (error instanceof Overtaken) return "done";
    if (!(error instanceof KeplerError)) throw error;
    await clusterAnswered(context, error);
    if (passesByItself(error)) return { requeueAfterMs: error.retryAfterMs ?? backOffMs(1) };
    await saveVerdict(deps, release, "rollout", {
      is: "failed",
      error: toPublicError(error),
      facts: {},
      evidence: null,
    });
    return "done";
  }
}

/** Also a race with another writer of the same object; a field that somebody else holds needs a person. */
const passesByItself = (error: KeplerError): boolean =>
  isTransient(error) || error instanceof Raced || error instanceof Expired;

const backOffMs = (attempts: number): number => Math.min(500 * 2 ** Math.min(attempts, 6), 15_000);

/** A cluster that answers, even with a refusal of ours, is up; other systems' failures are recorded where they are asked. */
async function clusterAnswered({ deps, release }: StepContext, result: unknown): Promise<void> {
  if (result !== "ok" && !(result instanceof KeplerError && result.system === "kubernetes")) return;
  const said = result instanceof Forbidden ? "ok" : result;
  await recordSystem(deps.db, clusterKey(release.cluster.id), said, deps.now());
}

async function readRelease({ db }: ReconcileReleaseDeps, id: string) {
  const row = await db.release.findUnique({
    where: { id },
    select: {
      id: true,
      number: true,
      kind: true,
      state: true,
      version: true,
      spec: true,
      pausedAt: true,
      pausedMs: true,
      rollbackOnFailure: true,
      takeOver: true,
      canary: true,
      promotedAt: true,
      app: { select: { id: true, name: true, teamId: true } },
      environment: {
        select: { id: true, namespace: true, cluster: { select: { id: true, context: true } } },
      },
      steps: {
        select: { name: true, state: true, startedAt: true, attempts: true, detail: true },
        orderBy: { position: "asc" },
      },
    },
  });
  if (!row) return null;
  const { steps, environment, pausedAt, promotedAt, ...rest } = row;
  const plan = canaryPlanOf.parse(row.canary);
  const standing = canaryStanding.safeParse(steps.find(({ name }) => name === "canary")?.detail);
  const release: ReleaseInWork = {
    ...rest,
    spec: appSpec.parse(row.spec),
    environment,
    cluster: environment.cluster,
    paused: pausedAt !== null,
    podRelease: podReleaseIn(row),
    takeOver: takenFields.parse(row.takeOver),
    canary: plan && { plan, standing: standing.data ?? null, promoted: promotedAt !== null },
  };
  return { release, steps };
}
