import "server-only";
import { recordSystem } from "#lib/clusters/record-system";
import { KeplerError } from "#lib/platform/errors";
import { type Sides } from "../canary/judge-rules.ts";
import { readSides } from "../canary/read-sides.ts";
import { type CanaryStanding } from "../canary/schema.ts";
import { begins, decideStage, replicasFor, seenReady, shifted, weightOf } from "../canary/stage-rules.ts";
import { canaryName, canarySelector, isCanaryObject } from "../manifests/canary.ts";
import { ROUTES, removedAfterRollout } from "../manifests.ts";
import { decideRollout, type RolloutDecision, type Verdict } from "../rollout-rules.ts";
import { applyEach, ledgerKeyOf, manifestsOf } from "./apply.ts";
import { isRoute } from "./canary-objects.ts";
import { withEvidence } from "./evidence.ts";
import { observe, observeBeside } from "./observe.ts";
import { type StepContext } from "./step-context.ts";

/**
 * Tries the release beside what runs: its pods first, then their share of the requests, then the plan's pause and the
 * figures of both sides, stage by stage. What runs is not touched. One effect a look; where it stands is kept with the step.
 */
export async function canary(context: StepContext): Promise<Verdict> {
  const { release, deps } = context;
  const wish = release.canary;
  if (!wish) return { is: "done", facts: {} };
  const before = wish.standing ?? begins(deps.now());
  if (wish.promoted) return { is: "done", facts: before };
  const held = release.paused;
  // Held with a share it is looked at all the same: people's requests go there.
  if (held && before.weight === 0) return { is: "wait", facts: { ...before, waitingFor: "resume" } };
  const starts = before.since === null;
  const standing = starts && !held ? await sized(context, before) : before;

  const rollout = await rolloutOf(context, standing);
  if (rollout.is === "failed") return withEvidence(context, { ...rollout, facts: standing });
  if (rollout.is === "reapply" && !held) {
    await applyCanary(context, standing);
    return { is: "wait", facts: { ...standing, waitingFor: "pods" } };
  }
  const ready = rollout.is === "done";
  const [sides, now] = [await sidesOf(context, standing), deps.now()];
  const seen = starts ? standing : seenReady(standing, ready, now);
  const verdict = decideStage({ plan: wish.plan, standing: seen, held, heldMs: release.pausedMs, sides }, now);
  return starts && ready && !held && verdict.is === "wait" ? shift(context, standing) : verdict;
}

/** How many pods the stage takes, of those that run now: an autoscaler may have changed that. */
async function sized(context: StepContext, standing: CanaryStanding): Promise<CanaryStanding> {
  const { workload } = await observe(context);
  const of = { running: workload?.desired ?? 1, has: standing.replicas };
  return { ...standing, replicas: replicasFor(weightAt(context, standing), of) };
}

const weightAt = ({ release: { canary } }: StepContext, standing: CanaryStanding): number =>
  canary ? weightOf(canary.plan, standing) : 0;

/** The canary's own rollout. Once it has a share only what is hopeless fails it: pods may be away for a moment. */
async function rolloutOf(context: StepContext, { replicas, since, stageAt }: CanaryStanding): Promise<RolloutDecision> {
  const { release, deps } = context;
  const now = deps.now();
  const seen = await observeBeside(context, canaryName(release.app), canarySelector(release));
  if (seen.workload?.desired !== replicas) return { is: "reapply", facts: {} };
  // To be held is the release's affair: the canary's own pods are never paused.
  const wanted = { ...release, paused: false, spec: { ...release.spec, replicas, autoscaling: null } };
  return decideRollout(wanted, seen, since === null && !release.paused ? new Date(stageAt) : now, now);
}

/** What the new pods are made with, and themselves. Nothing of this is what running pods are made with or found by. */
async function applyCanary(context: StepContext, standing: CanaryStanding): Promise<void> {
  const { app, environment } = context.release;
  const manifests = await manifestsOf(context, at(context, standing));
  await applyEach(
    context,
    manifests.filter((manifest) => {
      if (isCanaryObject(app, ledgerKeyOf(manifest))) return true;
      const { kind, metadata } = manifest;
      return removedAfterRollout(kind) && !NOT_YET.includes(kind) && metadata.namespace === environment.namespace;
    }),
  );
}

/** What leads to pods, which the release changes only when it is applied. */
const NOT_YET = ["Service", ...ROUTES];

/** The ready pods get their share. A crash after it and before the row is written does the same again. */
async function shift(context: StepContext, standing: CanaryStanding): Promise<Verdict> {
  const { release, deps } = context;
  const next = shifted(standing, weightAt(context, standing), release.pausedMs, deps.now());
  await applyEach(context, (await manifestsOf(context, at(context, next))).filter(isRoute));
  return { is: "wait", facts: { ...next, waitingFor: "time" } };
}

const at = ({ release }: StepContext, standing: CanaryStanding): StepContext["release"] => ({
  ...release,
  canary: release.canary && { ...release.canary, standing },
});

/** That nobody measures is no failure of the canary's. */
async function sidesOf(
  { deps, release, signal }: StepContext,
  { firstAt }: CanaryStanding,
): Promise<Sides | null | "unreachable"> {
  const { prometheus } = deps.clients;
  if (!prometheus || firstAt === null) return null;
  const where = { app: release.app, namespace: release.environment.namespace, since: new Date(firstAt) };
  try {
    const sides = await readSides(prometheus, where, deps.now(), signal);
    await recordSystem(deps.db, "prometheus", "ok", deps.now());
    return sides;
  } catch (error) {
    if (signal.aborted || !(error instanceof KeplerError)) throw error;
    await recordSystem(deps.db, "prometheus", error, deps.now());
    return "unreachable";
  }
}
