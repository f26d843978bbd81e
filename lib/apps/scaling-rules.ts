import { type AppSettings } from "./spec-schema.ts";

type Scaling = Pick<AppSettings, "replicas" | "autoscaling">;

/** Does an autoscaler own the number of pods? A service at 0 is stopped, and stays so: Kubernetes itself scales nothing from there. */
export const isAutoscaled = ({ replicas, autoscaling }: Scaling): boolean => autoscaling !== null && replicas > 0;

/** How many pods there are at least while the service does well. */
export const fewestReplicas = ({ replicas, autoscaling }: Scaling): number =>
  autoscaling !== null && replicas > 0 ? autoscaling.minReplicas : replicas;
