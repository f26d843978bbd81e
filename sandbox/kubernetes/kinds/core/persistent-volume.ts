import { type PersistentVolume, type PersistentVolumeClaim } from "../../objects.ts";
import { ageColumn, type Column, field, nameColumn } from "../columns.ts";
import { kindOf } from "../kind.ts";

const SHORT: Record<string, string> = {
  ReadWriteOnce: "RWO",
  ReadOnlyMany: "ROX",
  ReadWriteMany: "RWX",
  ReadWriteOncePod: "RWOP",
};
export const accessModes = (modes: readonly string[] = []): string =>
  modes.map((mode) => SHORT[mode] ?? mode).join(",");
/** The phase, or that it is being deleted. */
export const volumePhase = ({ metadata, status }: PersistentVolume | PersistentVolumeClaim): string =>
  metadata.deletionTimestamp === undefined ? (status.phase ?? "") : "Terminating";

const columns: Column<PersistentVolume>[] = [
  nameColumn,
  field("Capacity", "spec.capacity.storage"),
  { name: "Access Modes", cell: ({ spec }) => accessModes(spec.accessModes) },
  field("Reclaim Policy", "spec.persistentVolumeReclaimPolicy"),
  { name: "Status", cell: volumePhase },
  {
    name: "Claim",
    cell: ({ spec: { claimRef } }) => (claimRef === undefined ? "" : `${claimRef.namespace}/${claimRef.name}`),
  },
  field("StorageClass", "spec.storageClassName"),
  field("VolumeAttributesClass", "spec.volumeAttributesClassName", "<unset>"),
  field("Reason", "status.reason"),
  ageColumn,
  field("VolumeMode", "spec.volumeMode", "<unset>", true),
];

export const persistentVolumes = kindOf<PersistentVolume>("v1", "persistentvolumes", {
  rules: [
    {
      "core.v1.PersistentVolumeSpec": {
        fields: {
          capacity: { required: true },
          accessModes: { required: true, minItems: 1 },
          persistentVolumeReclaimPolicy: { default: "Retain" },
          volumeMode: { default: "Filesystem" },
        },
      },
      "core.v1.HostPathVolumeSource": { fields: { type: { default: "" } } },
    },
  ],
  initialise: (volume) => {
    volume.status = { phase: "Pending" };
  },
  columns,
});
