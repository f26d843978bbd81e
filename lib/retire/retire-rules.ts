import { KEEPABLE_KINDS } from "#lib/apps/retiring-rules";
import { isTerminalStep, type StepState } from "#lib/platform/steps";
import { type KeepChoice, RETIRE_STEPS, type RetirementState } from "./schema.ts";

export type RetireStepName = (typeof RETIRE_STEPS)[number];

export const isOver = (state: RetirementState): boolean => state === "done" || state === "failed";

/** What the reconciler does next: the first step that has not ended, or how it all ended. */
export function nextRetireStep(
  steps: readonly { name: string; state: StepState }[],
): RetireStepName | "done" | "failed" {
  for (const name of RETIRE_STEPS) {
    const state = steps.find((step) => step.name === name)?.state ?? "waiting";
    if (state === "failed") return "failed";
    if (!isTerminalStep(state)) return name;
  }
  return "done";
}

/** Steps that have nothing to do because the person keeps what they would remove. */
export const isSkipped = (step: RetireStepName, keep: KeepChoice): boolean =>
  (step === "volumes" && keep.volumes) || (step === "images" && keep.images);

/** Why an object of this kind stays; null = it is removed. A namespace is shared by all services of its environment. */
export function leftBecause(kind: string, keep: KeepChoice): "shared" | "volumes" | "images" | null {
  if (kind === "v1/Namespace") return "shared";
  if (kind === KEEPABLE_KINDS.volumes) return keep.volumes ? "volumes" : null;
  if (kind === KEEPABLE_KINDS.images) return keep.images ? "images" : null;
  return null;
}

export const CLUSTER_STAGES = ["traffic", "workload", "config", "volumes"] as const;
export type ClusterStage = (typeof CLUSTER_STAGES)[number];

/** Kinds in the order of their removal: nothing is removed while something that uses it is still there. */
const IN_ORDER: Record<ClusterStage, readonly string[]> = {
  // A route without its subset answers 503, so subsets go after routes (Istio, "Traffic management best practices").
  traffic: ["Ingress", "Middleware", "VirtualService", "Gateway", "DestinationRule", "EnvoyFilter", "Service"],
  workload: [
    "HorizontalPodAutoscaler",
    "CronJob",
    "Job",
    "Deployment",
    "StatefulSet",
    "ReplicaSet",
    "Pod",
    "PodDisruptionBudget",
  ],
  // Who may call them, and where they may call, is asked as long as pods are there.
  config: [
    "Sidecar",
    "ServiceEntry",
    "AuthorizationPolicy",
    "PeerAuthentication",
    "ConfigMap",
    "Secret",
    "ServiceAccount",
  ],
  volumes: ["PersistentVolumeClaim"],
};

const shortKind = (kind: string): string => kind.slice(kind.lastIndexOf("/") + 1);

/** The step that removes objects of a kind ("apps/v1/Deployment"); what nobody depends on in a known way goes with config. */
export const stageOf = (kind: string): ClusterStage =>
  CLUSTER_STAGES.find((stage) => IN_ORDER[stage].includes(shortKind(kind))) ?? "config";

function rankOf(kind: string): number {
  const rank = CLUSTER_STAGES.flatMap((stage) => IN_ORDER[stage]).indexOf(shortKind(kind));
  return rank < 0 ? Number.MAX_SAFE_INTEGER : rank;
}

/** `kind` is "<apiVersion>/<Kind>", `key` "<namespace>/<name>". */
export type ObjectKey = { kind: string; key: string };
/** An object of the cluster that speaks of the service: by its labels, or by standing where the ledger says. */
export type SeenObject = ObjectKey & {
  /**
   * `own`: Kepler's, to be removed; `dependent`: goes with its owner; `unmanaged`: labelled with the service but not
   * Kepler's; `anothers`: has the name of one of ours, and somebody else made it.
   */
  as: "own" | "dependent" | "unmanaged" | "anothers";
  terminating: boolean;
  /** What holds a terminating object. */
  finalizers: readonly string[];
};

export type ObjectsDecision =
  | { do: "remove"; object: SeenObject }
  | { do: "wait"; for: readonly SeenObject[] }
  | { do: "done" };

/**
 * What to do next about objects that are to go: remove the first that is not on its way out, else wait for those that
 * are, and for what goes with its owner. Objects of others and what is kept are left alone.
 */
export function decideObjects(seen: readonly SeenObject[], keep: KeepChoice): ObjectsDecision {
  const leaving = seen.filter(
    ({ as, kind }) => (as === "own" || as === "dependent") && leftBecause(kind, keep) === null,
  );
  const removable = leaving
    .filter(({ as, terminating }) => as === "own" && !terminating)
    .sort((a, b) => rankOf(a.kind) - rankOf(b.kind) || (`${a.kind} ${a.key}` < `${b.kind} ${b.key}` ? -1 : 1));
  const first = removable[0];
  if (first) return { do: "remove", object: first };
  return leaving.length > 0 ? { do: "wait", for: leaving } : { do: "done" };
}

/** An object in a word for people: "Deployment kepler-dev/shop". */
export const objectWord = ({ kind, key }: ObjectKey): string => `${shortKind(kind)} ${key}`;

/** The garbage collector's own: dependents are being removed (metav1.FinalizerDeleteDependents). */
const DELETES_DEPENDENTS = "foregroundDeletion";

/**
 * What a wait for these is for: what a finalizer holds, else what does not itself wait for others; and whose finalizers
 * those are. One is somebody's promise to tidy up: who looks at a wait that does not end must know whose.
 */
export function factsOfWait(objects: readonly SeenObject[]) {
  const holdersOf = ({ finalizers }: SeenObject) => finalizers.filter((finalizer) => finalizer !== DELETES_DEPENDENTS);
  const held = objects.find((object) => holdersOf(object).length > 0);
  const first = held ?? objects.find(({ finalizers }) => finalizers.length === 0) ?? objects[0];
  return {
    waitingFor: first ? objectWord(first) : "",
    objects: objects.length,
    ...(held ? { finalizers: [...new Set(objects.flatMap(holdersOf))].join(", ") } : {}),
  };
}

/** Which of the repository's tags this service's builds pushed; others are somebody else's. */
export function splitTags(tags: readonly string[], built: ReadonlySet<string>): { own: string[]; others: string[] } {
  return { own: tags.filter((tag) => built.has(tag)), others: tags.filter((tag) => !built.has(tag)) };
}

/** May another retirement follow this one: after a failure, or to remove what was kept? */
export const mayGoOn = (state: RetirementState, kept: number): boolean =>
  state === "failed" || (state === "done" && kept > 0);
