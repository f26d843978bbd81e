import { z } from "zod";

/** Which controller keeps the pods. Fixed by the first release: neither a kind nor its pod management can be changed in place. */
export const specWorkload = z.object({
  kind: z.enum(["deployment", "statefulset"]).default("deployment"),
  /** Of a StatefulSet: one pod after another, or all at once (StatefulSetSpec.podManagementPolicy). */
  podManagement: z.enum(["ordered", "parallel"]).default("ordered"),
});

/** Pods of one service, however they are counted: fixed, by an autoscaler, for a time, in bulk. */
export const MOST_REPLICAS = 500;
const replicas = z.number().int().min(1).max(MOST_REPLICAS);
const percentOfRequest = z.number().int().min(1).max(1000);

/** How fast the autoscaler may move in one direction (HPAScalingRules): at most the larger of the two policies a period. */
const scalingRule = z
  .object({
    /** How long an earlier wish still counts, so that a short dip or peak moves nothing. */
    stabilizationSeconds: z.number().int().min(0).max(3600),
    percent: z.number().int().min(1).max(1000).nullable(),
    pods: z.number().int().min(1).max(MOST_REPLICAS).nullable(),
    periodSeconds: z.number().int().min(1).max(1800).default(15),
  })
  .refine((rule) => rule.percent !== null || rule.pods !== null, {
    path: ["percent"],
    message: "autoscaling.no-policy",
  });

/** The API's own defaults (https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/#default-behavior). */
export const DEFAULT_SCALE_UP = { stabilizationSeconds: 0, percent: 100, pods: 4, periodSeconds: 15 } as const;
export const DEFAULT_SCALE_DOWN = { stabilizationSeconds: 300, percent: 100, pods: null, periodSeconds: 15 } as const;

/** An autoscaling/v2 HorizontalPodAutoscaler. Its utilisation is measured against the requests, so a Spec always has them. */
export const specAutoscaling = z
  .object({
    minReplicas: replicas,
    maxReplicas: replicas,
    cpuPercent: percentOfRequest.nullable(),
    memoryPercent: percentOfRequest.nullable(),
    scaleUp: scalingRule.default(DEFAULT_SCALE_UP),
    scaleDown: scalingRule.default(DEFAULT_SCALE_DOWN),
  })
  .refine((a) => a.minReplicas <= a.maxReplicas, { path: ["minReplicas"], message: "autoscaling.min-over-max" })
  .refine((a) => a.cpuPercent !== null || a.memoryPercent !== null, {
    path: ["cpuPercent"],
    message: "autoscaling.no-metric",
  });
export type SpecAutoscaling = z.infer<typeof specAutoscaling>;

/** A number of pods, or a share of the replicas such as "25%". */
const podsOrPercent = z.union([
  z.number().int().min(0).max(100),
  z.string().regex(/^(100|[1-9]?\d)%$/, "strategy.percent"),
]);
const isNone = (value: number | string): boolean => value === 0 || value === "0%";

export const specStrategy = z
  .object({
    /** Replace pods step by step, or take all old ones away before the first new one (Deployments only). */
    type: z.enum(["rolling", "recreate"]).default("rolling"),
    maxSurge: podsOrPercent,
    maxUnavailable: podsOrPercent,
    minReadySeconds: z.number().int().min(0).max(600),
    progressDeadlineSeconds: z.number().int().min(10).max(3600),
    /** Wait before SIGTERM, so that endpoints and proxies forget the pod first. */
    drainSeconds: z.number().int().min(0).max(120),
    terminationGracePeriodSeconds: z.number().int().min(1).max(600),
  })
  .refine((s) => s.type === "recreate" || !isNone(s.maxSurge) || !isNone(s.maxUnavailable), {
    path: ["maxSurge"],
    message: "strategy.no-progress",
  });

/** One new pod at a time, none of the old taken away before the new one is ready. */
export const DEFAULT_STRATEGY = {
  type: "rolling",
  maxSurge: 1,
  maxUnavailable: 0,
  minReadySeconds: 1,
  progressDeadlineSeconds: 300,
  drainSeconds: 2,
  terminationGracePeriodSeconds: 30,
} as const;
