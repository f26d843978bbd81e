import { type Condition, type KubeObject } from "./meta.ts";

export type Taint = { key: string; value?: string; effect: string };
export type Node = KubeObject & {
  spec: { podCIDR?: string; unschedulable?: boolean; taints?: Taint[] };
  status?: {
    capacity?: Record<string, string>;
    allocatable?: Record<string, string>;
    addresses?: { type: string; address: string }[];
    conditions?: Condition[];
    nodeInfo?: Record<string, string>;
  };
};
