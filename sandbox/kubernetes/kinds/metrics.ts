import { type KubeObject } from "../objects.ts";
import { kindOf } from "./kind.ts";

export type PodMetrics = KubeObject & {
  timestamp: string;
  window: string;
  containers: { name: string; usage: Record<string, string> }[];
};
export type NodeMetrics = KubeObject & { timestamp: string; window: string; usage: Record<string, string> };

/** Measured, not stored: the API asks its metrics provider for them. */
export const podMetrics = kindOf<PodMetrics>("metrics.k8s.io/v1beta1", "pods");
export const nodeMetrics = kindOf<NodeMetrics>("metrics.k8s.io/v1beta1", "nodes");
