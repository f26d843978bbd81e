import { type Condition, type KubeObject, type LabelSelector } from "./meta.ts";

export type DisruptionBudget = KubeObject & {
  spec: { minAvailable?: number | string; maxUnavailable?: number | string; selector: LabelSelector };
  status: {
    disruptionsAllowed?: number;
    currentHealthy?: number;
    desiredHealthy?: number;
    expectedPods?: number;
    observedGeneration?: number;
    conditions?: Condition[];
  };
};

type Amounts = Record<string, string>;
export type ResourceQuota = KubeObject & {
  spec: { hard?: Amounts; scopes?: string[] };
  status: { hard?: Amounts; used?: Amounts };
};
export type LimitRange = KubeObject & {
  spec: {
    limits: {
      type: string;
      max?: Amounts;
      min?: Amounts;
      default?: Amounts;
      defaultRequest?: Amounts;
      maxLimitRequestRatio?: Amounts;
    }[];
  };
};

export type MetricTarget = {
  type: "Utilization" | "AverageValue" | "Value";
  averageUtilization?: number;
  averageValue?: string;
  value?: string;
};
export type MetricCurrent = { averageUtilization?: number; averageValue?: string; value?: string };
type ResourceMetric = { name: string; container?: string; target?: MetricTarget; current?: MetricCurrent };
/** A metric as the spec asks for it (with a target) or as the status has it (with what is measured). */
export type Metric = { type: string; resource?: ResourceMetric; containerResource?: ResourceMetric };
export type ScalingRules = {
  stabilizationWindowSeconds?: number;
  selectPolicy?: "Max" | "Min" | "Disabled";
  policies?: { type: "Pods" | "Percent"; value: number; periodSeconds: number }[];
};
export type HorizontalPodAutoscaler = KubeObject & {
  spec: {
    scaleTargetRef: { apiVersion?: string; kind: string; name: string };
    minReplicas?: number;
    maxReplicas: number;
    metrics?: Metric[];
    behavior?: { scaleUp?: ScalingRules; scaleDown?: ScalingRules };
  };
  status: {
    observedGeneration?: number;
    lastScaleTime?: string;
    currentReplicas?: number;
    desiredReplicas?: number;
    currentMetrics?: Metric[];
    conditions?: Condition[];
  };
};
