import { type SpecAutoscaling } from "#lib/apps/spec/workload-schema";
import { type Manifest, type ManifestInput, metadata } from "./object.ts";
import { workloadRef } from "./workload.ts";

/** autoscaling/v2: owns the number of pods, within its bounds. */
export function autoscaler(input: ManifestInput, autoscaling: SpecAutoscaling): Manifest {
  const { minReplicas, maxReplicas, cpuPercent, memoryPercent, scaleUp, scaleDown } = autoscaling;
  return {
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata: metadata(input),
    spec: {
      scaleTargetRef: workloadRef(input),
      minReplicas,
      maxReplicas,
      metrics: [...metric("cpu", cpuPercent), ...metric("memory", memoryPercent)],
      behavior: { scaleUp: rule(scaleUp), scaleDown: rule(scaleDown) },
    },
  };
}

const metric = (name: "cpu" | "memory", averageUtilization: number | null) =>
  averageUtilization === null
    ? []
    : [{ type: "Resource", resource: { name, target: { type: "Utilization", averageUtilization } } }];

function rule({ stabilizationSeconds, percent, pods, periodSeconds }: SpecAutoscaling["scaleUp"]) {
  const policy = (type: "Percent" | "Pods", value: number | null) =>
    value === null ? [] : [{ type, value, periodSeconds }];
  return {
    stabilizationWindowSeconds: stabilizationSeconds,
    selectPolicy: "Max",
    policies: [...policy("Percent", percent), ...policy("Pods", pods)],
  };
}
