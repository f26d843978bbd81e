import { parseQuantity } from "../kinds/quantity.ts";
import { type PodUsage } from "../node/usage.ts";
import { type Metric, type MetricCurrent, type Pod } from "../objects.ts";
import { isReady } from "./conditions.ts";

/** Within a tenth of the target nothing moves. */
const TOLERANCE = 0.1;

/** Why a metric gives no size; `reason` is the condition's and the event's. */
export class MetricError extends Error {
  readonly reason: string;

  constructor(reason: string, message: string) {
    super(message);
    this.reason = reason;
  }
}

export type Measured = { proposal: number; name: string; current: Metric };

/**
 * What one metric proposes: the present size times how far the pods are from the target. A pod that is not measured yet
 * counts as idle when there is too much work, and as busy when there is too little.
 */
export function measure(metric: Metric, pods: Pod[], usage: PodUsage[], replicas: number): Measured | MetricError {
  const source = metric.resource ?? metric.containerResource;
  if (source?.target === undefined)
    return new MetricError("InvalidMetricSourceType", `the sandbox does not measure metrics of type ${metric.type}`);
  const { name: resource, container, target } = source;
  const failure = (why: string): MetricError =>
    new MetricError("FailedGetResourceMetric", `failed to get ${resource} utilization: ${why}`);
  const byUid = new Map(usage.map((each) => [each.pod.metadata.uid, each]));
  const used: number[] = [];
  let missing = 0;
  for (const pod of pods) {
    const found = byUid.get(pod.metadata.uid);
    if (found === undefined || !isReady(pod)) missing += 1;
    else used.push(amountOf(found, resource, container));
  }
  if (used.length === 0) return failure("no metrics returned from resource metrics API");
  const average = used.reduce((sum, each) => sum + each, 0) / used.length;

  const wantsPercent = target.type === "Utilization";
  const requested = wantsPercent ? averageRequest(pods, resource, container) : 1;
  if (requested instanceof MetricError) return failure(requested.message);
  const goal = wantsPercent
    ? ((target.averageUtilization ?? 100) / 100) * requested
    : parseQuantity(target.averageValue ?? "");
  if (goal === undefined || goal <= 0) return failure("the target is not a positive amount");
  const ratio = average / goal;
  const filler = ratio > 1 ? 0 : wantsPercent ? requested : goal;
  const adjusted = (average * used.length + filler * missing) / (used.length + missing) / goal;
  const agree = ratio > 1 === adjusted > 1 && Math.abs(adjusted - 1) > TOLERANCE;
  const proposal = agree ? Math.ceil(adjusted * pods.length) : replicas;
  const current: MetricCurrent = {
    averageValue: resource === "cpu" ? `${Math.round(average * 1000)}m` : String(Math.round(average)),
    ...(wantsPercent ? { averageUtilization: Math.round((average / requested) * 100) } : {}),
  };
  const shown = { name: resource, ...(container === undefined ? {} : { container }), current };
  return {
    proposal,
    name: `${resource} ${container === undefined ? "" : "container "}resource${wantsPercent ? " utilization (percentage of request)" : ""}`,
    current:
      metric.resource === undefined
        ? { type: metric.type, containerResource: shown }
        : { type: metric.type, resource: shown },
  };
}

function amountOf({ containers }: PodUsage, resource: string, container: string | undefined): number {
  return containers
    .filter(({ name }) => container === undefined || name === container)
    .reduce((sum, one) => sum + (resource === "cpu" ? one.cpuCores : one.memoryBytes), 0);
}

function averageRequest(pods: Pod[], resource: string, container: string | undefined): number | MetricError {
  let total = 0;
  for (const { spec, metadata } of pods)
    for (const each of spec.containers.filter(({ name }) => container === undefined || name === container)) {
      const request = parseQuantity(each.resources?.requests?.[resource] ?? "");
      if (request === undefined)
        return new MetricError("", `missing request for ${resource} in container ${each.name} of Pod ${metadata.name}`);
      total += request;
    }
  return total / Math.max(1, pods.length);
}
