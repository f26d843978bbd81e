import { fewestReplicas, isAutoscaled, mostReplicas } from "#lib/apps/scaling-rules";
import { configRefs } from "#lib/apps/spec/config-schema";
import { type AppSpec } from "#lib/apps/spec-schema";
import { isOver, type SeenPod } from "#lib/clusters/pod-rules";
import { type SeenWorkload } from "#lib/clusters/workload-rules";
import { hopeless, logPlaceOf } from "#lib/diagnosis/diagnosis-rules";
import { type Finding } from "#lib/diagnosis/schema";
import { type PublicError } from "#lib/platform/errors";
import { configObjectsOf } from "./manifests/config.ts";

export type StepFacts = Record<string, string | number | boolean | null>;
/** What became of one look at a step. */
export type Verdict =
  | { is: "done"; facts: StepFacts }
  | { is: "wait"; facts: StepFacts }
  | { is: "failed"; error: PublicError; facts: StepFacts; evidence: LogEvidence | null };
/** Whose last lines say why; the app's own container where none is named. */
type LogEvidence = { pod: string; container?: string; previous: boolean };

/**
 * What a rollout needs. `reapply`: the objects in the cluster are not the ones that were applied. `clear`: pods of an older
 * template stand in the way of the new one, and nobody but Kepler takes them away.
 */
export type RolloutDecision =
  | Verdict
  | { is: "reapply"; facts: StepFacts }
  | { is: "clear"; pods: string[]; facts: StepFacts };

export type Wanted = {
  number: number;
  app: { name: string };
  podRelease: number;
  spec: AppSpec;
  /** A person holds the rollout. */
  paused: boolean;
  /** How long it was held before; that time counts for no deadline. */
  pausedMs: number;
};
export type Observed = { workload: SeenWorkload | null; pods: readonly SeenPod[] };

/**
 * How a rollout stands. Done as `kubectl rollout status` says it (observed generation, all updated, all available),
 * and the pods of earlier releases have left. Failed as soon as waiting cannot help; pods that still serve are left alone.
 * While a person holds it, it neither ends nor fails: both wait for the person.
 */
export function decideRollout(wanted: Wanted, seen: Observed, startedAt: Date, now: Date): RolloutDecision {
  const { workload, pods } = seen;
  if (!workload || workload.releaseNumber !== wanted.number || workload.paused !== wanted.paused) {
    return { is: "reapply", facts: { waitingFor: "apply" } };
  }
  const mine = pods.filter((p) => isPodOf(p, wanted.podRelease) && !p.terminating);
  // One that its node has put out serves nobody, and no controller takes it away.
  const old = pods.filter((p) => !isPodOf(p, wanted.podRelease) && !isOver(p));
  const target = targetOf(wanted.spec, workload);
  const facts: StepFacts = {
    wanted: target,
    updated: workload.updated,
    ready: mine.filter((p) => p.ready).length,
    old: old.length,
    waitingFor: waitingFor(mine) ?? (old.length > 0 ? "old-pods" : null),
  };
  if (wanted.paused) return { is: "wait", facts: { ...facts, waitingFor: "resume" } };
  if (workload.observedGeneration < workload.generation) return { is: "wait", facts };

  const lost = hopeless(mine, now);
  if (lost) return { is: "failed", facts, error: lost.error, evidence: logPlaceOf(lost) };
  const waitedMs = now.getTime() - startedAt.getTime() - wanted.pausedMs;
  const blocking = workload.kind === "StatefulSet" ? old.filter((pod) => blocks(pod, waitedMs, now)) : [];
  if (blocking.length > 0) return { is: "clear", facts, pods: blocking.map(({ name }) => name) };
  const complete = [workload.updated, workload.available, workload.total].every((n) => n === workload.desired);
  const overdue = waitedMs > longestRolloutMs(wanted.spec);
  if (complete && workload.desired === target && (old.length === 0 || overdue)) return { is: "done", facts };
  const gaveUp =
    workload.kind === "StatefulSet" ? mine.some((pod) => isLate(pod, wanted.spec, now)) : !workload.progressing;
  if (gaveUp || overdue) {
    return { is: "failed", facts, error: stalled(workload, mine, old.length > 0), evidence: evidenceOf(mine) };
  }
  return { is: "wait", facts };
}

/** Does the pod carry this release's label? Pods from before an import carry none, which is 0. */
export const isPodOf = ({ releaseNumber }: Pick<SeenPod, "releaseNumber">, podRelease: number): boolean =>
  (releaseNumber ?? 0) === podRelease;

/** How many pods it is about: where an autoscaler decides, as many as it says now. */
const targetOf = (spec: AppSpec, workload: SeenWorkload | null): number =>
  isAutoscaled(spec) ? (workload?.desired ?? fewestReplicas(spec)) : spec.replicas;

/** Kubernetes gives up after a deadline without progress; every pod is progress, so this many of them is the end for sure. */
const longestRolloutMs = (spec: AppSpec): number =>
  (spec.strategy.progressDeadlineSeconds * (mostReplicas(spec) + 1) + 60) * 1000;

/** A StatefulSet has no progress deadline of its own: its newest pod is its progress. */
const isLate = (pod: SeenPod, { strategy }: AppSpec, now: Date): boolean =>
  !pod.ready && now.getTime() - pod.createdAt.getTime() > strategy.progressDeadlineSeconds * 1000;

/** Longer than a pod that is only restarting is away. */
const BLOCKED_MS = 30_000;

/**
 * A StatefulSet waits for a pod to become ready before it replaces it, also when it never will, so that even the correction
 * of a broken release is not rolled out (https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#forced-rollback).
 */
const blocks = (pod: SeenPod, waitedMs: number, now: Date): boolean =>
  !pod.ready && !pod.terminating && (hopeless([pod], now) !== null || waitedMs > BLOCKED_MS);

/** What a rollout is waiting for, as one word for the line under the step. */
const waitingFor = (pods: readonly SeenPod[]): string | null => pods.find((pod) => !pod.ready)?.status ?? null;

const late = (why: string): string => `The new pods did not become ready in time. ${why}`;
const OLD_SERVE = " Pods of the previous release keep serving.";

/** A failure told by the first cause that a whole look around the new pods finds; as it was where that finds none. */
export function explained(
  verdict: Verdict & { is: "failed" },
  findings: readonly Finding[],
): Verdict & { is: "failed" } {
  const cause = findings.find(({ level, rule }) => level === "fail" && rule !== "rollout");
  if (!cause) return verdict;
  const { message, next = "" } = verdict.error;
  return {
    ...verdict,
    evidence: logPlaceOf(cause) ?? verdict.evidence,
    error: {
      ...cause.error,
      message: message.startsWith(late("")) ? late(cause.error.message) : cause.error.message,
      next: `${cause.error.next ?? ""}${next.endsWith(OLD_SERVE) ? OLD_SERVE : ""}`,
    },
  };
}

function stalled(workload: SeenWorkload, mine: readonly SeenPod[], oldServe: boolean): PublicError {
  const stuck = mine.find((p) => !p.ready);
  const why = stuck ? stuckWords(stuck) : workload.message;
  return {
    code: "unavailable",
    system: "kubernetes",
    message: late(why ?? "The cluster gives no reason").replace(/\.*$/, "."),
    next: `Look at the log of the pod and at its readiness probe, then release again.${oldServe ? OLD_SERVE : ""}`,
  };
}

/** The kubelet's own words, but for a crash loop, of which they only repeat the pod's and the container's ids. */
function stuckWords({ name, status, message }: SeenPod): string {
  if (status === "CrashLoopBackOff") return `${name} ends again and again right after its start (${status})`;
  return `${name} is ${status}${message ? `: ${message}` : ""}`;
}

function evidenceOf(mine: readonly SeenPod[]): LogEvidence | null {
  const stuck = mine.find((p) => !p.ready) ?? mine[0];
  return stuck ? { pod: stuck.name, previous: stuck.restarts > 0 } : null;
}

/** How long a rolled-out release may take to show only ready pods with the right digest. */
const VERIFY_MS = 60_000;

/**
 * Do the pods really run what was asked for? Every pod of the release is ready, its running digest is the Spec's, and
 * it was made from the Spec's versions of configuration. Where an
 * autoscaler adds pods meanwhile, its fewest are proof enough: the next ones are made from the same template.
 */
export function decideVerify(wanted: Wanted, seen: Observed, startedAt: Date, now: Date): Verdict {
  const mine = seen.pods.filter((p) => isPodOf(p, wanted.podRelease) && !p.terminating);
  const digest = wanted.spec.image.digest;
  const runs = { podRelease: wanted.podRelease, digest, configObjects: configObjectsOf(wanted) };
  const right = mine.filter((p) => runsRelease(p, runs)).length;
  const target = targetOf(wanted.spec, seen.workload);
  const config = configRefs(wanted.spec.config).map(({ name, version }) => `${name} v${version}`);
  const facts: StepFacts = {
    wanted: target,
    verified: right,
    digest,
    ...(config.length > 0 ? { config: config.join(", ") } : {}),
  };
  const proven = isAutoscaled(wanted.spec)
    ? right > 0 && right >= Math.min(target, fewestReplicas(wanted.spec))
    : right === target && right === mine.length;

  const wrong = mine.find((p) => p.ready && p.imageDigest !== null && p.imageDigest !== digest);
  if (wrong) return { is: "failed", facts, evidence: null, error: runsAnother(wrong, digest) };
  if (proven) return { is: "done", facts };
  if (now.getTime() - startedAt.getTime() <= VERIFY_MS) return { is: "wait", facts };
  return {
    is: "failed",
    facts,
    evidence: evidenceOf(mine),
    error: {
      code: "unavailable",
      system: "kubernetes",
      message: `Only ${right} of ${target} pods could be shown to run the released image and configuration.`,
      next: "Look at the pods and their log, then release again.",
    },
  };
}

/** Is this pod ready, of this template, this image and these versions of configuration? What is not known yet is no proof. */
export const runsRelease = (
  pod: Pick<SeenPod, "ready" | "releaseNumber" | "imageDigest" | "configObjects">,
  { podRelease, digest, configObjects }: { podRelease: number; digest: string; configObjects: readonly string[] },
): boolean =>
  pod.ready &&
  isPodOf(pod, podRelease) &&
  pod.imageDigest === digest &&
  configObjects.every((name) => pod.configObjects.includes(name));

const runsAnother = (pod: SeenPod, digest: string): PublicError => ({
  code: "conflict",
  system: "kubernetes",
  message: `${pod.name} runs ${pod.imageDigest} instead of ${digest}.`,
  next: "Something changes images on their way into the cluster (a mutating webhook or a mirror). Ask the cluster's operator.",
});
