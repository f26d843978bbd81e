import { isObject, type Json, type JsonObject, section } from "../../json.ts";
import { type HorizontalPodAutoscaler, type Metric } from "../../objects.ts";
import { ageColumn, type Column, nameColumn } from "../columns.ts";
import { type TypeRules } from "../compile.ts";
import { kindOf } from "../kind.ts";
import { type Cause, invalid, missing } from "../schema.ts";

const DEFAULT_CPU_PERCENT = 80;
const cpuAt = (averageUtilization: Json): JsonObject => ({
  type: "Resource",
  resource: { name: "cpu", target: { type: "Utilization", averageUtilization } },
});

function checkBounds({ minReplicas, maxReplicas }: JsonObject, path: string): Cause[] {
  return typeof minReplicas === "number" && typeof maxReplicas === "number" && maxReplicas < minReplicas
    ? [invalid(`${path}.maxReplicas`, maxReplicas, "must be greater than or equal to `minReplicas`")]
    : [];
}

/** A metric's source stands under the name of its type. */
function hasItsSource(metric: JsonObject, path: string): Cause[] {
  const type = String(metric.type);
  const key = `${type.charAt(0).toLowerCase()}${type.slice(1)}`;
  return metric[key] === undefined
    ? [missing(`${path}.${key}`, `must populate information for the given metric source`)]
    : [];
}

const policies = (...list: [type: string, value: number][]): Json =>
  list.map(([type, value]) => ({ type, value, periodSeconds: 15 }));

function completeBehavior(behavior: JsonObject): void {
  behavior.scaleUp = {
    stabilizationWindowSeconds: 0,
    selectPolicy: "Max",
    policies: policies(["Pods", 4], ["Percent", 100]),
    ...section(behavior, "scaleUp"),
  };
  behavior.scaleDown = { selectPolicy: "Max", policies: policies(["Percent", 100]), ...section(behavior, "scaleDown") };
}

const bounds = {
  fields: { minReplicas: { default: 1, min: 1 }, maxReplicas: { min: 1 } },
  check: checkBounds,
};
const rules: TypeRules = {
  "autoscaling.v2.HorizontalPodAutoscalerSpec": {
    ...bounds,
    complete: (spec) => {
      if (!Array.isArray(spec.metrics) || spec.metrics.length === 0) spec.metrics = [cpuAt(DEFAULT_CPU_PERCENT)];
    },
  },
  "autoscaling.v2.MetricSpec": { check: hasItsSource },
  "autoscaling.v2.HorizontalPodAutoscalerBehavior": { complete: completeBehavior },
};

function targetText(metric: Metric, current: Metric | undefined): string {
  const kind = metric.resource ?? metric.containerResource;
  const now = current?.resource?.current ?? current?.containerResource?.current;
  if (kind === undefined) return "<unknown>/<auto>";
  if (kind.target?.averageValue !== undefined)
    return `${kind.name}: ${now?.averageValue ?? "<unknown>"}/${kind.target.averageValue}`;
  const percent = (value: number | undefined, none: string) => (value === undefined ? none : `${value}%`);
  return `${kind.name}: ${percent(now?.averageUtilization, "<unknown>")}/${percent(kind.target?.averageUtilization, "<auto>")}`;
}

function targets({ spec, status }: HorizontalPodAutoscaler): string {
  const all = (spec.metrics ?? []).map((metric, index) => targetText(metric, status.currentMetrics?.[index]));
  if (all.length === 0) return "<none>";
  return all.length > 2 ? `${all.slice(0, 2).join(", ")} + ${all.length - 2} more...` : all.join(", ");
}

const columns: Column<HorizontalPodAutoscaler>[] = [
  nameColumn,
  { name: "Reference", cell: ({ spec }) => `${spec.scaleTargetRef.kind}/${spec.scaleTargetRef.name}` },
  { name: "Targets", cell: targets },
  { name: "MinPods", cell: ({ spec }) => String(spec.minReplicas ?? "<unset>") },
  { name: "MaxPods", cell: ({ spec }) => spec.maxReplicas },
  { name: "Replicas", cell: ({ status }) => status.currentReplicas ?? 0 },
  ageColumn,
];

export const horizontalPodAutoscalers = kindOf<HorizontalPodAutoscaler>("autoscaling/v2", "horizontalpodautoscalers", {
  rules: [rules],
  columns,
});

const isCpu = (metric: Json): metric is JsonObject => isObject(metric) && section(metric, "resource").name === "cpu";
const listOf = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : []);

/** v1 knows CPU in percent only; what else v2 says is kept out of its sight. */
function toV1(object: JsonObject): JsonObject {
  const { metrics, behavior: _behavior, ...spec } = section(object, "spec");
  const { currentMetrics, conditions: _conditions, ...own } = section(object, "status");
  const status = { currentReplicas: 0, ...own };
  const target = section(section(listOf(metrics).find(isCpu), "resource"), "target").averageUtilization;
  const current = section(section(listOf(currentMetrics).find(isCpu), "resource"), "current").averageUtilization;
  return {
    ...object,
    apiVersion: "autoscaling/v1",
    spec: target === undefined ? spec : { ...spec, targetCPUUtilizationPercentage: target },
    status: current === undefined ? status : { ...status, currentCPUUtilizationPercentage: current },
  };
}

function fromV1(object: JsonObject): JsonObject {
  const { targetCPUUtilizationPercentage: target, ...spec } = section(object, "spec");
  const { currentCPUUtilizationPercentage: _current, ...status } = section(object, "status");
  return {
    ...object,
    apiVersion: "autoscaling/v2",
    spec: target === undefined ? spec : { ...spec, metrics: [cpuAt(target)] },
    status,
  };
}

export const horizontalPodAutoscalersV1 = kindOf("autoscaling/v1", "horizontalpodautoscalers", {
  rules: [{ "autoscaling.v1.HorizontalPodAutoscalerSpec": bounds }],
  view: { of: horizontalPodAutoscalers, fromStored: toV1, toStored: fromV1 },
});
