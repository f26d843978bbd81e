import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { persistentVolumeClaims, persistentVolumes, pods, storageClasses } from "../kinds/index.ts";
import { parseQuantity } from "../kinds/quantity.ts";
import { type PersistentVolume, type PersistentVolumeClaim, type StorageClass } from "../objects.ts";
import { type Resources } from "../store/resources.ts";
import { changeOf } from "../store/store.ts";
import { claimsOf, SELECTED_NODE } from "./claim-binding.ts";
import { recorderFor } from "./event-recorder.ts";
import { isFinished, statusWriter, withoutFinalizer, writer } from "./pods-of.ts";
import { newSource } from "./volumes.ts";
import { type Controller, keyOf, splitKey } from "./work-queue.ts";

const PROTECTION = "kubernetes.io/pvc-protection";

/** Binds claims to volumes, making a folder for those that ask for one, and keeps a claim for as long as a pod uses it. */
export function claimController(resources: Resources, folder: string): Controller {
  const { store } = resources;
  const record = recorderFor(resources, "persistentvolume-controller");

  const bind = (claim: PersistentVolumeClaim, volume: PersistentVolume): void => {
    const { namespace = "", name, uid } = claim.metadata;
    const claimRef = { apiVersion: "v1", kind: "PersistentVolumeClaim", namespace, name, uid };
    resources.modify(persistentVolumes, volume, (draft) => (draft.spec.claimRef = claimRef), writer);
    resources.modify(persistentVolumes, volume, (draft) => (draft.status = { phase: "Bound" }), statusWriter);
    const asBound = (draft: PersistentVolumeClaim): void => {
      draft.spec.volumeName = volume.metadata.name;
      draft.metadata.annotations = { ...draft.metadata.annotations, "pv.kubernetes.io/bind-completed": "yes" };
    };
    resources.modify(persistentVolumeClaims, claim, asBound, writer);
    const { accessModes, capacity } = volume.spec;
    const status = { phase: "Bound", accessModes, capacity } as const;
    resources.modify(persistentVolumeClaims, claim, (draft) => (draft.status = status), statusWriter);
  };

  /** False for a class that somebody else makes the volumes of. */
  const provision = (claim: PersistentVolumeClaim, storageClass: StorageClass): boolean => {
    const name = `pvc-${claim.metadata.uid}`;
    const path = join(folder, name);
    const source = newSource(storageClass.provisioner, name, path);
    if (source === undefined) return false;
    mkdirSync(path, { recursive: true });
    const annotations = { "pv.kubernetes.io/provisioned-by": storageClass.provisioner };
    const spec = {
      accessModes: claim.spec.accessModes,
      capacity: { storage: claim.spec.resources?.requests?.storage ?? "0" },
      ...source,
      persistentVolumeReclaimPolicy: storageClass.reclaimPolicy ?? "Delete",
      storageClassName: storageClass.metadata.name,
      volumeMode: claim.spec.volumeMode,
    };
    resources.create(persistentVolumes, undefined, { metadata: { name, annotations }, spec }, writer);
    const message = `Successfully provisioned volume ${name}`;
    record(claim, { type: "Normal", reason: "ProvisioningSucceeded", message });
    bind(claim, resources.get(persistentVolumes, undefined, name));
    return true;
  };

  /** What a claim without a volume can do now: take a free one, have one made, or say what it waits for. */
  const findVolume = (claim: PersistentVolumeClaim): void => {
    const say = (reason: string, message: string): void => record(claim, { type: "Normal", reason, message });
    const free = store.list(persistentVolumes).find((volume) => fits(volume, claim));
    const className = claim.spec.storageClassName ?? "";
    const storageClass = className === "" ? undefined : store.get(storageClasses, undefined, className);
    const isLate = storageClass?.volumeBindingMode === "WaitForFirstConsumer";
    if (isLate && claim.metadata.annotations?.[SELECTED_NODE] === undefined)
      return say("WaitForFirstConsumer", "waiting for first consumer to be created before binding");
    if (free !== undefined) return bind(claim, free);
    if (className === "")
      return say("FailedBinding", "no persistent volumes available for this claim and no storage class is set");
    if (storageClass === undefined) {
      const message = `storageclass.storage.k8s.io "${className}" not found`;
      return record(claim, { type: "Warning", reason: "ProvisioningFailed", message });
    }
    if (provision(claim, storageClass)) return;
    say(
      "ExternalProvisioning",
      `Waiting for a volume to be created either by the external provisioner '${storageClass.provisioner}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.`,
    );
  };

  /** A claim that is being deleted goes when no pod uses it any more. */
  const protect = (claim: PersistentVolumeClaim): void => {
    const { namespace, name, deletionTimestamp, finalizers = [] } = claim.metadata;
    const isUsed = store.list(pods, namespace).some((pod) => !isFinished(pod) && claimsOf(pod).includes(name));
    const change = (draft: PersistentVolumeClaim): void => {
      if (deletionTimestamp === undefined) draft.metadata.finalizers = [...new Set([...finalizers, PROTECTION])];
      else if (!isUsed) withoutFinalizer(draft, PROTECTION);
    };
    resources.modify(persistentVolumeClaims, claim, change, writer);
  };

  /** A folder has no size: what is asked for is what there is. */
  const expand = (claim: PersistentVolumeClaim, volume: PersistentVolume): void => {
    const wanted = claim.spec.resources?.requests?.storage ?? "0";
    if ((parseQuantity(wanted) ?? 0) <= (parseQuantity(volume.spec.capacity?.storage ?? "0") ?? 0)) return;
    resources.modify(persistentVolumes, volume, (draft) => (draft.spec.capacity = { storage: wanted }), writer);
    const grow = (draft: PersistentVolumeClaim): void => void (draft.status.capacity = { storage: wanted });
    resources.modify(persistentVolumeClaims, claim, grow, statusWriter);
    record(claim, {
      type: "Normal",
      reason: "FileSystemResizeSuccessful",
      message: "MountVolume.NodeExpandVolume succeeded",
    });
  };

  return {
    name: "volume-claims",
    keysOf: (change) => {
      const claim = changeOf(persistentVolumeClaims, change)?.object;
      if (claim !== undefined) return [keyOf(claim)];
      const pod = changeOf(pods, change);
      if (pod !== undefined)
        return pod.type === "DELETED" || isFinished(pod.object)
          ? claimsOf(pod.object).map((name) => `${pod.object.metadata.namespace ?? ""}/${name}`)
          : [];
      const offer = change.kind === persistentVolumes || change.kind === storageClasses;
      return offer && change.type !== "DELETED" ? unbound(resources).map(keyOf) : [];
    },
    reconcile: (key) => {
      const claim = store.get(persistentVolumeClaims, ...splitKey(key));
      if (claim === undefined) return undefined;
      protect(claim);
      if (claim.metadata.deletionTimestamp !== undefined) return undefined;
      const { volumeName } = claim.spec;
      const volume = store.get(persistentVolumes, undefined, volumeName ?? "");
      if (volumeName === undefined) findVolume(claim);
      else if (volume === undefined)
        resources.modify(persistentVolumeClaims, claim, (draft) => (draft.status.phase = "Lost"), statusWriter);
      else if (claim.status.phase !== "Bound") bind(claim, volume);
      else expand(claim, volume);
      return undefined;
    },
  };
}

const unbound = ({ store }: Resources): PersistentVolumeClaim[] =>
  store.list(persistentVolumeClaims).filter(({ spec }) => spec.volumeName === undefined);

function fits({ spec, status }: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const size = (amounts: Record<string, string> | undefined): number => parseQuantity(amounts?.storage ?? "0") ?? 0;
  const { namespace, name } = claim.metadata;
  const reserved = spec.claimRef;
  if (reserved !== undefined && (reserved.namespace !== namespace || reserved.name !== name)) return false;
  return (
    (status.phase === "Available" || reserved !== undefined) &&
    (spec.storageClassName ?? "") === (claim.spec.storageClassName ?? "") &&
    size(spec.capacity) >= size(claim.spec.resources?.requests) &&
    (claim.spec.accessModes ?? []).every((mode) => spec.accessModes?.includes(mode) === true)
  );
}
