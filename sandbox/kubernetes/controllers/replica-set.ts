import { pods, replicaSets } from "../kinds/index.ts";
import { type Pod, type ReplicaSet } from "../objects.ts";
import { type Resources } from "../store/resources.ts";
import { availableIn, isActive, isReady, withCondition } from "./conditions.ts";
import { recorderFor } from "./event-recorder.ts";
import { createPod, podsOf, statusWriter } from "./pods-of.ts";
import { type Controller, keysOfOwner, splitKey } from "./work-queue.ts";

const RETRY_MS = 5000;

/** Keeps as many pods of a template as are wanted. */
export function replicaSetController(resources: Resources): Controller {
  const record = recorderFor(resources, "replicaset-controller");

  const create = (set: ReplicaSet): void =>
    createPod(
      resources,
      record,
      set,
      set.spec.template,
      { generateName: `${set.metadata.name}-` },
      { created: (name) => `Created pod: ${name}`, failed: (why) => `Error creating: ${why}` },
    );
  const remove = (set: ReplicaSet, pod: Pod): void => {
    resources.delete(pods, pod.metadata.namespace, pod.metadata.name, {});
    record(set, { type: "Normal", reason: "SuccessfulDelete", message: `Deleted pod: ${pod.metadata.name}` });
  };
  /** Creates or removes what differs; why that could not be done, if so. */
  const balance = (set: ReplicaSet): string | undefined => {
    const active = podsOf(resources, set).filter(isActive);
    const surplus = active.length - set.spec.replicas;
    if (surplus > 0) for (const pod of active.sort(firstToGo).slice(0, surplus)) remove(set, pod);
    try {
      for (let missing = -surplus; missing > 0; missing -= 1) create(set);
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  };

  return {
    name: "replica-set",
    keysOf: (change) => keysOfOwner(replicaSets, change),
    reconcile: (key) => {
      const set = resources.store.get(replicaSets, ...splitKey(key));
      if (set === undefined) return undefined;
      const failure = set.metadata.deletionTimestamp === undefined ? balance(set) : undefined;
      const again = reportStatus(resources, set, failure);
      return failure === undefined ? again : RETRY_MS;
    },
  };
}

/** Those that serve least go first: not scheduled, not ready, youngest. */
function firstToGo(a: Pod, b: Pod): number {
  const rank = (pod: Pod): number => (pod.spec.nodeName === undefined ? 0 : isReady(pod) ? 2 : 1);
  return rank(a) - rank(b) || Date.parse(b.metadata.creationTimestamp) - Date.parse(a.metadata.creationTimestamp);
}

function reportStatus(resources: Resources, set: ReplicaSet, failure: string | undefined): number | undefined {
  const active = podsOf(resources, set).filter(isActive);
  const waits = active
    .map((pod) => availableIn(pod, set.spec.minReadySeconds ?? 0, resources.now()))
    .filter((wait) => wait !== undefined);
  const status: ReplicaSet["status"] = { replicas: active.length, observedGeneration: set.metadata.generation };
  const [ready, available] = [waits.length, waits.filter((wait) => wait === 0).length];
  if (active.length > 0) status.fullyLabeledReplicas = active.length;
  if (ready > 0) status.readyReplicas = ready;
  if (available > 0) status.availableReplicas = available;
  if (failure !== undefined) {
    const condition = { type: "ReplicaFailure", status: "True", reason: "FailedCreate", message: failure } as const;
    status.conditions = withCondition(set.status.conditions, condition, resources.now());
  }
  resources.modify(replicaSets, set, (draft) => (draft.status = status), statusWriter);
  return ready > available ? Math.min(...waits.filter((wait) => wait > 0)) : undefined;
}
