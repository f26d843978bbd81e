import { csiDrivers, persistentVolumeClaims, persistentVolumes, volumeAttachments } from "../kinds/index.ts";
import { type PersistentVolume, type Pod, type VolumeAttachment } from "../objects.ts";
import { type Store } from "../store/store.ts";
import { claimsOf } from "./claim-binding.ts";

/** Must the volume be attached to a node before it is mounted there? So it is with CSI, unless its driver says otherwise. */
export const isAttachable = (store: Store, { spec: { csi } }: PersistentVolume): boolean =>
  csi !== undefined && store.get(csiDrivers, undefined, csi.driver)?.spec.attachRequired !== false;

/** The attachable volumes behind a pod's claims. */
export const attachableVolumes = (store: Store, pod: Pod): PersistentVolume[] =>
  claimsOf(pod).flatMap((name) => {
    const claim = store.get(persistentVolumeClaims, pod.metadata.namespace, name);
    const volume = store.get(persistentVolumes, undefined, claim?.spec.volumeName ?? "");
    return volume !== undefined && isAttachable(store, volume) ? [volume] : [];
  });

export const attachmentsOf = (store: Store, { metadata }: PersistentVolume): VolumeAttachment[] =>
  store.list(volumeAttachments).filter(({ spec }) => spec.source.persistentVolumeName === metadata.name);

/** Names of the pod's volumes that are yet to be attached to its node. */
export const unattachedVolumes = (store: Store, pod: Pod): string[] => {
  const missing = attachableVolumes(store, pod).filter(
    (volume) =>
      !attachmentsOf(store, volume).some(({ spec, status }) => spec.nodeName === pod.spec.nodeName && status.attached),
  );
  return (pod.spec.volumes ?? [])
    .filter(({ persistentVolumeClaim: claim }) => missing.some(({ spec }) => spec.claimRef?.name === claim?.claimName))
    .map(({ name }) => name);
};
