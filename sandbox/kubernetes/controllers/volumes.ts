import { rmSync } from "node:fs";
import { join } from "node:path";
import { csiDrivers, persistentVolumeClaims, persistentVolumes, storageClasses } from "../kinds/index.ts";
import { type PersistentVolume } from "../objects.ts";
import { type Resources } from "../store/resources.ts";
import { changeOf } from "../store/store.ts";
import { statusWriter, writer } from "./pods-of.ts";
import { type Controller } from "./work-queue.ts";

/** The sandbox's own provisioner: a volume is a folder, on whatever node. */
export const PROVISIONER = "sandbox.kepler/folder";
/** The same as a disk of a cloud: a CSI driver whose volumes must be attached to a node before they are mounted there. */
export const DISK_DRIVER = "disk.sandbox.kepler";
/** Where such a volume lies on this machine. */
const FOLDER = "folder";

type Source = Pick<PersistentVolume["spec"], "hostPath" | "csi">;
/** What a new volume is made of, for the two provisioners that are the sandbox's own. */
export function newSource(provisioner: string, handle: string, path: string): Source | undefined {
  if (provisioner === PROVISIONER) return { hostPath: { path, type: "DirectoryOrCreate" } };
  if (provisioner !== DISK_DRIVER) return undefined;
  return { csi: { driver: DISK_DRIVER, volumeHandle: handle, volumeAttributes: { [FOLDER]: path } } };
}

/** The folder of this machine that a volume is, where it is one. */
export const folderOf = ({ hostPath, csi }: Source): string | undefined =>
  csi?.driver === DISK_DRIVER ? csi.volumeAttributes?.[FOLDER] : hostPath?.path;

/** A cluster starts with a class of storage for everybody, as most do, and with one whose volumes are attached. */
export function ensureStorage(resources: Resources): void {
  const isDefault = { "storageclass.kubernetes.io/is-default-class": "true" };
  const add = (name: string, provisioner: string, annotations: Record<string, string>): void => {
    const policies = { reclaimPolicy: "Delete", volumeBindingMode: "WaitForFirstConsumer", allowVolumeExpansion: true };
    const body = { metadata: { name, annotations }, provisioner, ...policies };
    resources.create(storageClasses, undefined, body, writer);
  };
  if (resources.store.list(storageClasses).length === 0) add("standard", PROVISIONER, isDefault);
  if (resources.store.get(csiDrivers, undefined, DISK_DRIVER) !== undefined) return;
  resources.create(csiDrivers, undefined, { metadata: { name: DISK_DRIVER }, spec: {} }, writer);
  if (resources.store.get(storageClasses, undefined, "disk") === undefined) add("disk", DISK_DRIVER, {});
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
      if (folderOf(volume.spec) === join(folder, name)) rmSync(join(folder, name), { recursive: true, force: true });
      resources.delete(persistentVolumes, undefined, name, {});
      return undefined;
    },
  };
}
