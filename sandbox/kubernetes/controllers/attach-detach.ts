import { createHash } from "node:crypto";
import { persistentVolumeClaims, persistentVolumes, pods, volumeAttachments } from "../kinds/index.ts";
import { type PersistentVolume, type Pod } from "../objects.ts";
import { type Resources } from "../store/resources.ts";
import { changeOf } from "../store/store.ts";
import { attachableVolumes, attachmentsOf, isAttachable } from "./attachments.ts";
import { claimsOf } from "./claim-binding.ts";
import { recorderFor } from "./event-recorder.ts";
import { isFinished, statusWriter, writer } from "./pods-of.ts";
import { DISK_DRIVER } from "./volumes.ts";
import { type Controller } from "./work-queue.ts";

/**
 * Attaches volumes to the nodes of the pods that use them, and detaches them when the last one there is over: a volume of one
 * writer to one node at a time (pkg/controller/volume/attachdetach/reconciler of Kubernetes 1.36, and its words). What a
 * driver's external-attacher does is done here too, for the sandbox's own driver; others' volumes wait for theirs.
 */
export function attachDetachController(resources: Resources): Controller {
  const { store } = resources;
  const record = recorderFor(resources, "attachdetach-controller");
  /** "volume node" of which it was told that the volume is elsewhere: once for as long as it is wanted there. */
  const told = new Set<string>();

  const attach = (volume: PersistentVolume, nodeName: string, users: Pod[]): void => {
    const { name } = volume.metadata;
    const { driver = "", volumeHandle = "" } = volume.spec.csi ?? {};
    const id = createHash("sha256").update(`${volumeHandle}${driver}${nodeName}`).digest("hex");
    const spec = { attacher: driver, nodeName, source: { persistentVolumeName: name } };
    resources.create(volumeAttachments, undefined, { metadata: { name: `csi-${id}` }, spec }, writer);
    if (driver !== DISK_DRIVER) return;
    const made = resources.get(volumeAttachments, undefined, `csi-${id}`);
    resources.modify(volumeAttachments, made, (draft) => (draft.status = { attached: true }), statusWriter);
    const message = `AttachVolume.Attach succeeded for volume "${name}" `;
    for (const pod of users) record(pod, { type: "Normal", reason: "SuccessfulAttachVolume", message });
  };

  const refuse = (volume: PersistentVolume, users: Pod[], holders: Pod[]): void => {
    const names = holders.map(({ metadata }) => metadata.name).join(", ");
    const message = `Multi-Attach error for volume "${volume.metadata.name}" Volume is already used by pod(s) ${names}`;
    for (const pod of users) record(pod, { type: "Warning", reason: "FailedAttachVolume", message });
  };

  return {
    name: "attach-detach",
    keysOf: (change) => {
      const pod = changeOf(pods, change)?.object;
      if (pod !== undefined) return attachableVolumes(store, pod).map(({ metadata }) => metadata.name);
      const claim = changeOf(persistentVolumeClaims, change)?.object;
      return claim?.spec.volumeName === undefined ? [] : [claim.spec.volumeName];
    },
    reconcile: (name) => {
      const volume = store.get(persistentVolumes, undefined, name);
      if (volume === undefined || !isAttachable(store, volume)) return undefined;
      const wanted = Map.groupBy(usersOf(resources, volume), ({ spec }) => spec.nodeName ?? "");
      for (const attachment of attachmentsOf(store, volume))
        if (!wanted.has(attachment.spec.nodeName))
          resources.delete(volumeAttachments, undefined, attachment.metadata.name, {});
      for (const key of told) if (key.startsWith(`${name} `) && !wanted.has(key.split(" ")[1] ?? "")) told.delete(key);
      for (const [node, users] of wanted) {
        const held = attachmentsOf(store, volume).map(({ spec }) => spec.nodeName);
        if (held.includes(node)) continue;
        if (held.length === 0 || allowsMany(volume)) {
          attach(volume, node, users);
          told.delete(`${name} ${node}`);
        } else if (!told.has(`${name} ${node}`)) {
          told.add(`${name} ${node}`);
          refuse(
            volume,
            users,
            held.flatMap((other) => wanted.get(other) ?? []),
          );
        }
      }
      return undefined;
    },
  };
}

/** Pods on a node that are not over, all of the claim's namespace. One that is being deleted holds its volume until it is gone. */
const usersOf = ({ store }: Resources, { spec: { claimRef } }: PersistentVolume): Pod[] =>
  store
    .list(pods, claimRef?.namespace)
    .filter(
      (pod) => claimsOf(pod).includes(claimRef?.name ?? "") && pod.spec.nodeName !== undefined && !isFinished(pod),
    );

const allowsMany = ({ spec: { accessModes = [] } }: PersistentVolume): boolean =>
  accessModes.length === 0 || accessModes.some((mode) => mode === "ReadWriteMany" || mode === "ReadOnlyMany");
