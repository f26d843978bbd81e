import { type PublicError } from "#lib/platform/errors";
import { type Verdict } from "../rollout-rules.ts";
import { BACK, judge, type Sides } from "./judge-rules.ts";
import { type CanaryPlan, type CanaryStanding, canaryStanding } from "./schema.ts";

/** A canary that has not begun. */
export const begins = (now: Date): CanaryStanding =>
  canaryStanding.parse({
    ...{ stage: 0, stageAt: now.toISOString(), replicas: 0, weight: 0 },
    ...{ since: null, firstAt: null, heldMs: 0 },
  });

const stepOf = ({ steps }: CanaryPlan, { stage }: CanaryStanding) => steps[Math.min(stage, steps.length - 1)];
export const weightOf = (plan: CanaryPlan, standing: CanaryStanding): number => stepOf(plan, standing)?.weight ?? 100;

/** As many pods as its share of those that run, and never fewer than it has. */
export const replicasFor = (weight: number, { running, has }: { running: number; has: number }): number =>
  Math.max(1, has, Math.ceil((running * weight) / 100));

/** The canary got the share of its stage. */
export const shifted = (standing: CanaryStanding, weight: number, heldMs: number, now: Date): CanaryStanding => ({
  ...standing,
  ...{ weight, heldMs, since: now.toISOString(), firstAt: standing.firstAt ?? now.toISOString() },
});

/** When a stage will have had its pause, in milliseconds since the epoch; null before its share. Time that it is held is not counted. */
export function stageEndsAtMs(plan: CanaryPlan, standing: CanaryStanding, heldMs: number): number | null {
  if (standing.since === null) return null;
  const pauseMs = (stepOf(plan, standing)?.pauseSeconds ?? 0) * 1000;
  return Date.parse(standing.since) + pauseMs + heldMs - standing.heldMs;
}

type Look = {
  plan: CanaryPlan;
  standing: CanaryStanding;
  /** A person holds the release now; and how long earlier pauses lasted. */
  held: boolean;
  heldMs: number;
  sides: Sides | null | "unreachable";
};

/** A pod that is only restarting is away for less. */
const AWAY_MS = 60_000;

/** Notes since when a serving canary's pods are not all ready. */
export const seenReady = (standing: CanaryStanding, ready: boolean, now: Date): CanaryStanding => ({
  ...standing,
  awayAt: ready ? null : (standing.awayAt ?? now.toISOString()),
});

/**
 * What follows while the canary has a share: the next stage, the end, a failure, or more waiting. It is judged for as long as
 * requests go there, also while a person holds it and while the next stage's pods start.
 * `sides` is null where nothing measures. With automatic promotion no stage ends before enough requests say that the canary
 * does well; with manual promotion a canary that is shown to be worse fails all the same, and the last stage waits for a person.
 */
export function decideStage({ plan, standing, held, heldMs, sides }: Look, now: Date): Verdict {
  const measured = sides === "unreachable" ? null : sides;
  const facts = { ...standing, ...flat(measured) };
  const judgement = measured ? judge(measured) : ({ is: "unknown" } as const);
  const wait = (waitingFor: string): Verdict => ({ is: "wait", facts: { ...facts, waitingFor } });
  if (judgement.is === "worse") return { is: "failed", error: judgement.error, facts, evidence: null };
  if (standing.awayAt !== null) {
    if (now.getTime() - Date.parse(standing.awayAt) <= AWAY_MS) return wait("pods");
    return { is: "failed", error: away(), facts, evidence: null };
  }
  if (held) return wait("resume");
  const endsAtMs = stageEndsAtMs(plan, standing, heldMs);
  if (endsAtMs === null) return wait("pods");
  if (now.getTime() < endsAtMs) return wait("time");
  const isLast = standing.stage >= plan.steps.length - 1;
  if (plan.promotion === "manual" && isLast) return wait("person");
  if (plan.promotion === "automatic" && judgement.is === "unknown") {
    return wait(sides === null ? "metrics" : sides === "unreachable" ? "prometheus" : "requests");
  }
  if (isLast) return { is: "done", facts };
  const next = { stage: standing.stage + 1, stageAt: now.toISOString(), since: null };
  return { is: "wait", facts: { ...facts, ...next, waitingFor: "pods" } };
}

const away = (): PublicError => ({
  code: "unavailable",
  system: "kubernetes",
  message: "The canary's pods have not been ready for a minute while requests went to them.",
  next: BACK,
});

const flat = (sides: Sides | null) =>
  sides && {
    ...{ stableRequests: Math.round(sides.stable.requests), canaryRequests: Math.round(sides.canary.requests) },
    ...{ stableErrors: share(sides.stable.errorShare), canaryErrors: share(sides.canary.errorShare) },
    ...{ stableP95Ms: whole(sides.stable.p95Ms), canaryP95Ms: whole(sides.canary.p95Ms) },
  };
const share = (value: number): number => Math.round(value * 1000) / 1000;
const whole = (value: number | null): number | null => value && Math.round(value);
