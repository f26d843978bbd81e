import "server-only";
import { fewestReplicas, isAutoscaled } from "#lib/apps/scaling-rules";
import { type KubernetesObject } from "#lib/clients/kubernetes/client";
import { HAND_OVER, ownersOf, valueAt } from "../ownership-rules.ts";
import { effect, type StepContext } from "./step-context.ts";
import { workloadRefOf } from "./workload-ref.ts";

const REPLICAS = ".spec.replicas";

/**
 * Before an apply that no longer names the number of pods: a field that its last owner drops falls back to its default, which
 * is one pod. So another manager holds the number as it is until the autoscaler writes its own
 * (https://kubernetes.io/docs/reference/using-api/server-side-apply/#transferring-ownership).
 */
export async function handOverReplicas(context: StepContext): Promise<void> {
  const { release, kubernetes, signal } = context;
  if (!isAutoscaled(release.spec)) return;
  const live = await kubernetes.get(workloadRefOf(release), { signal });
  const replicas = valueAt(live, REPLICAS);
  const dropped = ownersOfReplicas(live).some(
    ({ manager, operation }) => operation === "Apply" && manager !== HAND_OVER,
  );
  if (dropped && typeof replicas === "number" && replicas > 0) await hold(context, replicas);
}

/**
 * After the apply. A workload to which nobody gave a number, or one that was stopped, starts with its fewest: nothing scales
 * from 0. One whose number is Kepler's again has no second owner; when this is not come to, that one wants the same.
 */
export async function settleReplicas(context: StepContext, applied: KubernetesObject): Promise<void> {
  const { release, kubernetes, signal } = context;
  const owners = ownersOfReplicas(applied);
  if (isAutoscaled(release.spec)) {
    const isStopped = valueAt(applied, REPLICAS) === 0;
    if (isStopped || owners.length === 0) await hold(context, fewestReplicas(release.spec), isStopped);
  } else if (owners.some(({ manager }) => manager === HAND_OVER)) {
    await kubernetes.apply(held(context), { manager: HAND_OVER, signal });
  }
}

const ownersOfReplicas = (object: unknown) => ownersOf(object).filter(({ fields }) => fields.has(REPLICAS));

/** Without force, so that a number that somebody changed at this moment is seen again, not overwritten. */
const hold = (context: StepContext, replicas: number, force = false) =>
  effect(context.deps, "release.hand-over", () =>
    context.kubernetes.apply(
      { ...held(context), spec: { replicas } },
      { manager: HAND_OVER, force, signal: context.signal },
    ),
  );

function held({ release }: StepContext) {
  const { apiVersion, kind, name, namespace } = workloadRefOf(release);
  return { apiVersion, kind, metadata: { name, namespace } };
}
