import { rmSync } from "node:fs";
import { join } from "node:path";
import { persistentVolumeClaims, persistentVolumes, storageClasses } from "../kinds/index.ts";
import { type Resources } from "../store/resources.ts";
import { changeOf } from "../store/store.ts";
import { statusWriter, writer } from "./pods-of.ts";
import { type Controller } from "./work-queue.ts";

/** The sandbox's own provisioner: a volume is a folder. */
export const PROVISIONER = "sandbox.kepler/folder";

/** A cluster starts with one class of storage, as most do. */
export function ensureStorageClass(resources: Resources): void {
  if (resources.store.list(storageClasses).length > 0) return;
  const annotations = { "storageclass.kubernetes.io/is-default-class": "true" };
  const body = {
    metadata: { name: "standard", annotations },
    provisioner: PROVISIONER,
    reclaimPolicy: "Delete",
    volumeBindingMode: "WaitForFirstConsumer",
    allowVolumeExpansion: true,
  };
  resources.create(storageClasses, undefined, body, writer);
}

/** Offers new volumes, and releases or removes those whose claim has gone. */
export function volumeController(resources: Resources, folder: string): Controller {
  const { store } = resources;
  return {
    name: "volumes",
    keysOf: (change) => {
      const volume = changeOf(persistentVolumes, change);
      if (volume !== undefined) return volume.type === "DELETED" ? [] : [volume.object.metadata.name];
      const claim = changeOf(persistentVolumeClaims, change);
      return claim?.type === "DELETED" && claim.object.spec.volumeName !== undefined
        ? [claim.object.spec.volumeName]
        : [];
    },
    reconcile: (name) => {
      const volume = store.get(persistentVolumes, undefined, name);
      if (volume === undefined) return undefined;
      const { claimRef } = volume.spec;
      const claim = store.get(persistentVolumeClaims, claimRef?.namespace, claimRef?.name ?? "");
      const isKept = claimRef?.uid === undefined || claim?.metadata.uid === claimRef.uid;
      if (isKept && (volume.status.phase ?? "Pending") === "Pending")
        resources.modify(persistentVolumes, volume, (draft) => (draft.status = { phase: "Available" }), statusWriter);
      if (isKept) return undefined;
      if (volume.spec.persistentVolumeReclaimPolicy !== "Delete") {
        resources.modify(persistentVolumes, volume, (draft) => (draft.status = { phase: "Released" }), statusWriter);
        return undefined;
      }
      // Only folders that the provisioner made are its to remove.
      if (volume.spec.hostPath?.path === join(folder, name))
        rmSync(join(folder, name), { recursive: true, force: true });
      resources.delete(persistentVolumes, undefined, name, {});
      return undefined;
    },
  };
}
