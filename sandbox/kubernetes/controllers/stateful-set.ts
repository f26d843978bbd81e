import { persistentVolumeClaims, pods, statefulSets } from "../kinds/index.ts";
import { type ControllerRevision, type Pod, type StatefulSet } from "../objects.ts";
import { controlledBy, type Resources } from "../store/resources.ts";
import { availableIn, isReady } from "./conditions.ts";
import { recorderFor } from "./event-recorder.ts";
import { isFinished, podsOf, statusWriter, writer } from "./pods-of.ts";
import { claimName, memberOf, ordinalOf, REVISION } from "./stateful-set-members.ts";
import { currentRevisions, forgetOldRevisions } from "./stateful-set-revisions.ts";
import { type Controller, keysOfOwner, splitKey } from "./work-queue.ts";

type Revisions = { current: ControllerRevision; update: ControllerRevision };

/**
 * Keeps numbered pods, each with its own name and claims. In order: one is made when all before it are ready, removed
 * when all after it are gone, and replaced from the highest number down.
 */
export function statefulSetController(resources: Resources): Controller {
  const { store, now } = resources;
  const record = recorderFor(resources, "statefulset-controller");

  const create = (set: StatefulSet, ordinal: number, revision: ControllerRevision): void => {
    const { name, namespace } = set.metadata;
    const pod = memberOf(set, ordinal, revision);
    for (const claim of set.spec.volumeClaimTemplates ?? []) {
      const claimed = claimName(claim.metadata.name, pod.metadata.name);
      if (store.get(persistentVolumeClaims, namespace, claimed) !== undefined) continue;
      const labels = { ...claim.metadata.labels, ...set.spec.selector.matchLabels };
      const owned = set.spec.persistentVolumeClaimRetentionPolicy?.whenDeleted === "Delete";
      const ownerReferences = owned ? [controlledBy(set)] : undefined;
      const { annotations } = claim.metadata;
      const metadata = { name: claimed, labels, annotations, ownerReferences };
      resources.create(persistentVolumeClaims, namespace, { metadata, spec: claim.spec }, writer);
      const message = `create Claim ${claimed} Pod ${pod.metadata.name} in StatefulSet ${name} success`;
      record(set, { type: "Normal", reason: "SuccessfulCreate", message });
    }
    const what = `create Pod ${pod.metadata.name} in StatefulSet ${name}`;
    try {
      resources.create(pods, namespace, pod, writer);
      record(set, { type: "Normal", reason: "SuccessfulCreate", message: `${what} successful` });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      record(set, { type: "Warning", reason: "FailedCreate", message: `${what} failed error: ${why}` });
      throw error;
    }
  };
  const remove = (set: StatefulSet, pod: Pod): void => {
    resources.delete(pods, pod.metadata.namespace, pod.metadata.name, {});
    const message = `delete Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name} successful`;
    record(set, { type: "Normal", reason: "SuccessfulDelete", message });
  };
  /** Claims of members that are no more go where `whenScaled` says so. */
  const removeClaims = (set: StatefulSet): void => {
    if (set.spec.persistentVolumeClaimRetentionPolicy?.whenScaled !== "Delete") return;
    const first = set.spec.ordinals?.start ?? 0;
    for (const { metadata } of set.spec.volumeClaimTemplates ?? [])
      for (const claim of store.list(persistentVolumeClaims, set.metadata.namespace)) {
        const ordinal = ordinalOf(claim);
        const member = `${set.metadata.name}-${ordinal}`;
        const wanted = ordinal >= first && ordinal < first + set.spec.replicas;
        const isGone = store.get(pods, set.metadata.namespace, member) === undefined;
        if (claim.metadata.name === claimName(metadata.name, member) && !wanted && isGone)
          resources.delete(persistentVolumeClaims, set.metadata.namespace, claim.metadata.name, {});
      }
  };

  /** One step towards the wanted members; in OrderedReady mode nothing else moves while one is on its way. */
  const step = (set: StatefulSet, { current, update }: Revisions): void => {
    const { replicas, ordinals, podManagementPolicy, updateStrategy } = set.spec;
    const inOrder = podManagementPolicy === "OrderedReady";
    const first = ordinals?.start ?? 0;
    const partition = updateStrategy.rollingUpdate?.partition ?? 0;
    const byOrdinal = new Map(podsOf(resources, set).map((pod) => [ordinalOf(pod), pod]));
    const settled = (pod: Pod): boolean =>
      pod.metadata.deletionTimestamp === undefined && availableIn(pod, set.spec.minReadySeconds ?? 0, now()) === 0;

    for (let ordinal = first; ordinal < first + replicas; ordinal += 1) {
      const pod = byOrdinal.get(ordinal);
      if (pod === undefined) create(set, ordinal, ordinal < partition ? current : update);
      else if (isFinished(pod) && pod.metadata.deletionTimestamp === undefined) {
        const message = `StatefulSet ${set.metadata.namespace ?? ""}/${set.metadata.name} is recreating failed Pod ${pod.metadata.name}`;
        record(set, { type: "Warning", reason: "RecreatingFailedPod", message });
        remove(set, pod);
      } else if (settled(pod)) continue;
      if (inOrder) return;
    }
    const condemned = [...byOrdinal]
      .filter(([ordinal]) => ordinal < first || ordinal >= first + replicas)
      .sort(([a], [b]) => b - a);
    for (const [, pod] of condemned) {
      if (pod.metadata.deletionTimestamp === undefined) remove(set, pod);
      if (inOrder) return;
    }
    if (updateStrategy.type === "OnDelete") return;
    for (let ordinal = first + replicas - 1; ordinal >= Math.max(first, partition); ordinal -= 1) {
      const pod = byOrdinal.get(ordinal);
      if (pod === undefined) return;
      const isOld = pod.metadata.labels?.[REVISION] !== update.metadata.name;
      if (isOld && pod.metadata.deletionTimestamp === undefined) remove(set, pod);
      if (isOld || !settled(pod)) return;
    }
  };

  return {
    name: "stateful-set",
    keysOf: (change) => keysOfOwner(statefulSets, change),
    reconcile: (key) => {
      const set = store.get(statefulSets, ...splitKey(key));
      if (set === undefined || set.metadata.deletionTimestamp !== undefined) return undefined;
      const revisions = currentRevisions(resources, set);
      step(set, revisions);
      removeClaims(set);
      const again = report(resources, set, revisions);
      forgetOldRevisions(resources, set);
      return again;
    },
  };
}

/** Writes the counts; when the last old pod is gone, the new revision is the current one. */
function report(resources: Resources, set: StatefulSet, { current, update }: Revisions): number | undefined {
  const members = podsOf(resources, set).filter((pod) => !isFinished(pod));
  const waits = members.flatMap((pod) => availableIn(pod, set.spec.minReadySeconds ?? 0, resources.now()) ?? []);
  const atRevision = (name: string): number =>
    members.filter((pod) => pod.metadata.labels?.[REVISION] === name && pod.metadata.deletionTimestamp === undefined)
      .length;
  const updated = atRevision(update.metadata.name);
  const ready = members.filter(isReady).length;
  const done = updated === set.spec.replicas && members.length === set.spec.replicas && ready === set.spec.replicas;
  const status: StatefulSet["status"] = {
    observedGeneration: set.metadata.generation,
    replicas: members.length,
    readyReplicas: ready,
    availableReplicas: waits.filter((wait) => wait === 0).length,
    currentReplicas: done ? updated : atRevision(current.metadata.name),
    updatedReplicas: updated,
    currentRevision: done ? update.metadata.name : current.metadata.name,
    updateRevision: update.metadata.name,
    collisionCount: 0,
  };
  for (const name of ["readyReplicas", "currentReplicas", "updatedReplicas"] as const)
    if (status[name] === 0) delete status[name];
  resources.modify(statefulSets, set, (draft) => (draft.status = status), statusWriter);
  const later = waits.filter((wait) => wait > 0);
  return later.length === 0 ? undefined : Math.min(...later);
}
