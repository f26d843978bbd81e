import { type Condition, type KubeObject, type LabelSelector } from "./meta.ts";

type Amounts = Record<string, string>;
export type ClaimSpec = {
  accessModes?: string[];
  resources?: { requests?: Amounts; limits?: Amounts };
  storageClassName?: string;
  volumeMode?: string;
  volumeName?: string;
  selector?: LabelSelector;
};
export type PersistentVolumeClaim = KubeObject & {
  spec: ClaimSpec;
  status: {
    phase?: "Pending" | "Bound" | "Lost";
    accessModes?: string[];
    capacity?: Amounts;
    conditions?: Condition[];
  };
};
export type PersistentVolume = KubeObject & {
  spec: {
    capacity?: Amounts;
    accessModes?: string[];
    persistentVolumeReclaimPolicy?: "Retain" | "Delete" | "Recycle";
    storageClassName?: string;
    volumeMode?: string;
    claimRef?: {
      kind?: string;
      apiVersion?: string;
      namespace: string;
      name: string;
      uid?: string;
      resourceVersion?: string;
    };
    hostPath?: { path: string; type?: string };
    csi?: { driver: string; volumeHandle: string; volumeAttributes?: Record<string, string> };
  };
  status: { phase?: "Pending" | "Available" | "Bound" | "Released" | "Failed"; reason?: string; message?: string };
};
export type StorageClass = KubeObject & {
  provisioner: string;
  parameters?: Record<string, string>;
  reclaimPolicy?: "Delete" | "Retain";
  volumeBindingMode?: "Immediate" | "WaitForFirstConsumer";
  allowVolumeExpansion?: boolean;
};
export type CsiDriver = KubeObject & {
  spec: { attachRequired?: boolean; tokenRequests?: { audience: string }[]; volumeLifecycleModes?: string[] };
};
/** That a volume is on a node, or is to be. */
export type VolumeAttachment = KubeObject & {
  spec: { attacher: string; nodeName: string; source: { persistentVolumeName?: string } };
  status: { attached: boolean };
};
