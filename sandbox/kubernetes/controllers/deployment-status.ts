import { type Condition, type Deployment, type ReplicaSet } from "../objects.ts";
import { conditionOf, timeText, withCondition } from "./conditions.ts";
import { bounds } from "./rollout.ts";

type Outcome = { status: Deployment["status"]; againInMs: number | undefined };

/** A Deployment's status from its ReplicaSets; `againInMs` is when the progress deadline would pass. */
export function deploymentStatus(
  deployment: Deployment,
  sets: ReplicaSet[],
  currentName: string | undefined,
  now: Date,
): Outcome {
  const sum = (read: (set: ReplicaSet) => number | undefined): number =>
    sets.reduce((total, set) => total + (read(set) ?? 0), 0);
  const current = sets.find((set) => set.metadata.name === currentName);
  const counts = {
    replicas: sum((set) => set.status.replicas),
    updatedReplicas: current?.status.replicas ?? 0,
    readyReplicas: sum((set) => set.status.readyReplicas),
    availableReplicas: sum((set) => set.status.availableReplicas),
    unavailableReplicas: Math.max(0, sum((set) => set.spec.replicas) - sum((set) => set.status.availableReplicas)),
  };
  const shown = Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
  const progress = progressing(deployment, counts, currentName, now);
  const enough =
    counts.availableReplicas >=
    deployment.spec.replicas - (deployment.spec.strategy.type === "Recreate" ? 0 : bounds(deployment).unavailable);
  const availability: Condition = enough
    ? {
        type: "Available",
        status: "True",
        reason: "MinimumReplicasAvailable",
        message: "Deployment has minimum availability.",
      }
    : {
        type: "Available",
        status: "False",
        reason: "MinimumReplicasUnavailable",
        message: "Deployment does not have minimum availability.",
      };
  const stamped = {
    ...availability,
    lastUpdateTime:
      conditionOf(deployment, "Available")?.status === availability.status
        ? conditionOf(deployment, "Available")?.lastUpdateTime
        : timeText(now),
  };
  const failure = conditionOf(current ?? {}, "ReplicaFailure");
  const others = (deployment.status.conditions ?? []).filter(({ type }) => type !== "ReplicaFailure");
  const shownBefore = failure === undefined ? others : [...others, failure];
  const conditions = withCondition(withCondition(shownBefore, stamped, now), progress, now);
  const waiting = progress.reason !== "NewReplicaSetAvailable" && progress.status === "True";
  const passed = now.getTime() - Date.parse(progress.lastUpdateTime ?? "");
  return {
    status: { observedGeneration: deployment.metadata.generation, ...shown, conditions },
    againInMs: waiting ? Math.max(100, deployment.spec.progressDeadlineSeconds * 1000 - passed + 50) : undefined,
  };
}

type Counts = { replicas: number; updatedReplicas: number; readyReplicas: number; availableReplicas: number };

function progressing(deployment: Deployment, counts: Counts, currentName: string | undefined, now: Date): Condition {
  const before = conditionOf(deployment, "Progressing");
  const say = (status: Condition["status"], reason: string, message: string): Condition => {
    const moved =
      before?.reason !== reason ||
      before.message !== message ||
      (reason === "ReplicaSetUpdated" && hasMoved(deployment, counts));
    return {
      type: "Progressing",
      status,
      reason,
      message,
      lastUpdateTime: moved ? timeText(now) : before.lastUpdateTime,
    };
  };
  const { replicas, paused, progressDeadlineSeconds } = deployment.spec;
  if (paused === true) return say("Unknown", "DeploymentPaused", "Deployment is paused");
  const complete =
    counts.updatedReplicas === replicas && counts.replicas === replicas && counts.availableReplicas === replicas;
  if (complete)
    return say("True", "NewReplicaSetAvailable", `ReplicaSet "${currentName ?? ""}" has successfully progressed.`);
  const stuck =
    before?.reason === "ProgressDeadlineExceeded" &&
    !hasMoved(deployment, counts) &&
    before.message?.includes(`"${currentName ?? ""}"`) === true;
  const since = Date.parse(before?.lastUpdateTime ?? "");
  const late =
    before?.reason === "ReplicaSetUpdated" &&
    !hasMoved(deployment, counts) &&
    now.getTime() - since > progressDeadlineSeconds * 1000;
  if (stuck || late)
    return say("False", "ProgressDeadlineExceeded", `ReplicaSet "${currentName ?? ""}" has timed out progressing.`);
  return say("True", "ReplicaSetUpdated", `ReplicaSet "${currentName ?? ""}" is progressing.`);
}

/** Progress is: more updated, ready or available pods, or fewer old ones, than last seen. */
function hasMoved({ status }: Deployment, counts: Counts): boolean {
  const old = (total: number | undefined, updated: number | undefined): number => (total ?? 0) - (updated ?? 0);
  return (
    counts.updatedReplicas > (status.updatedReplicas ?? 0) ||
    counts.readyReplicas > (status.readyReplicas ?? 0) ||
    counts.availableReplicas > (status.availableReplicas ?? 0) ||
    old(counts.replicas, counts.updatedReplicas) < old(status.replicas, status.updatedReplicas)
  );
}
