import { pods, replicaSets } from "../kinds/index.ts";
import { type Pod, type ReplicaSet } from "../objects.ts";
import { controlledBy, type Resources } from "../store/resources.ts";
import { availableIn, isActive, isReady } from "./conditions.ts";
import { recorderFor } from "./event-recorder.ts";
import { type Controller, keyOf, splitKey } from "./work-queue.ts";

const writer = { manager: "kube-controller-manager" };

/** The pods that a controller object owns. */
export const podsOf = (resources: Resources, owner: ReplicaSet): Pod[] =>
  resources.store.ownedBy(pods, owner.metadata.uid);

/** Keeps as many pods of a template as are wanted. */
export function replicaSetController(resources: Resources): Controller {
  const record = recorderFor(resources, "replicaset-controller");

  const create = (set: ReplicaSet): void => {
    const { metadata, spec } = set.spec.template;
    const body = {
      metadata: { ...metadata, generateName: `${set.metadata.name}-`, ownerReferences: [controlledBy(set)] },
      spec,
    };
    const pod = resources.create(pods, set.metadata.namespace, body, writer);
    record(set, { type: "Normal", reason: "SuccessfulCreate", message: `Created pod: ${pod.metadata.name}` });
  };
  const remove = (set: ReplicaSet, pod: Pod): void => {
    resources.delete(pods, pod.metadata.namespace, pod.metadata.name, {});
    record(set, { type: "Normal", reason: "SuccessfulDelete", message: `Deleted pod: ${pod.metadata.name}` });
  };

  return {
    name: "replica-set",
    keysOf: ({ kind, object }) => {
      if (kind.plural === "replicasets") return [keyOf(object)];
      if (kind.plural !== "pods") return [];
      const owners = object.metadata.ownerReferences?.filter(({ kind: owner }) => owner === "ReplicaSet") ?? [];
      return owners.map(({ name }) => `${object.metadata.namespace ?? ""}/${name}`);
    },
    reconcile: (key) => {
      const set = resources.store.get(replicaSets, ...splitKey(key));
      if (set === undefined) return undefined;
      const active = podsOf(resources, set).filter(isActive);
      if (set.metadata.deletionTimestamp === undefined) {
        for (let missing = set.spec.replicas - active.length; missing > 0; missing -= 1) create(set);
        const surplus = active.length - set.spec.replicas;
        if (surplus > 0) for (const pod of active.sort(firstToGo).slice(0, surplus)) remove(set, pod);
      }
      return reportStatus(resources, set);
    },
  };
}

/** Those that serve least go first: not scheduled, not ready, youngest. */
function firstToGo(a: Pod, b: Pod): number {
  const rank = (pod: Pod): number => (pod.spec.nodeName === undefined ? 0 : isReady(pod) ? 2 : 1);
  return rank(a) - rank(b) || Date.parse(b.metadata.creationTimestamp) - Date.parse(a.metadata.creationTimestamp);
}

function reportStatus(resources: Resources, set: ReplicaSet): number | undefined {
  const active = podsOf(resources, set).filter(isActive);
  const waits = active
    .map((pod) => availableIn(pod, set.spec.minReadySeconds ?? 0, resources.now()))
    .filter((wait) => wait !== undefined);
  const status: ReplicaSet["status"] = { replicas: active.length, observedGeneration: set.metadata.generation };
  const [ready, available] = [waits.length, waits.filter((wait) => wait === 0).length];
  if (active.length > 0) status.fullyLabeledReplicas = active.length;
  if (ready > 0) status.readyReplicas = ready;
  if (available > 0) status.availableReplicas = available;
  resources.modify(replicaSets, set, (draft) => (draft.status = status), { ...writer, subresource: "status" });
  return ready > available ? Math.min(...waits.filter((wait) => wait > 0)) : undefined;
}
