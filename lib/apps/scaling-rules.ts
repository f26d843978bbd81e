import { type AppSettings } from "./spec-schema.ts";

type Scaling = Pick<AppSettings, "replicas" | "autoscaling">;

/** Does an autoscaler own the number of pods? A service at 0 is stopped, and stays so: Kubernetes itself scales nothing from there. */
export const isAutoscaled = ({ replicas, autoscaling }: Scaling): boolean => autoscaling !== null && replicas > 0;

/** How many pods there are at least while the service does well. */
export const fewestReplicas = ({ replicas, autoscaling }: Scaling): number =>
  autoscaling !== null && replicas > 0 ? autoscaling.minReplicas : replicas;

/** How many pods there may be at most. */
export const mostReplicas = ({ replicas, autoscaling }: Scaling): number =>
  autoscaling !== null && replicas > 0 ? autoscaling.maxReplicas : replicas;

/** How many pods a service settles at that has `running` of them: an autoscaled one keeps them, within its bounds. */
export const settledReplicas = (scaling: Scaling, running: number): number =>
  Math.min(mostReplicas(scaling), Math.max(fewestReplicas(scaling), running));

/** "3", or "2–10" where an autoscaler decides. */
export const printReplicas = (scaling: Scaling): string =>
  [...new Set([fewestReplicas(scaling), mostReplicas(scaling)])].join("–");
