import { same } from "../json.ts";
import { deployments, horizontalPodAutoscalers, pods, replicaSets, statefulSets } from "../kinds/index.ts";
import { type Kind } from "../kinds/kind.ts";
import { type UsageSource } from "../node/usage.ts";
import {
  type Condition,
  type HorizontalPodAutoscaler,
  type KubeObject,
  type LabelSelector,
  type Metric,
  type Pod,
} from "../objects.ts";
import { type Resources } from "../store/resources.ts";
import { matches } from "../store/selectors.ts";
import { changeOf } from "../store/store.ts";
import { isActive, timeText, withCondition } from "./conditions.ts";
import { recorderFor } from "./event-recorder.ts";
import { Recommendations } from "./hpa-behavior.ts";
import { type Measured, MetricError, measure } from "./hpa-metrics.ts";
import { statusWriter, writer } from "./pods-of.ts";
import { type Controller, keyOf, splitKey } from "./work-queue.ts";

const SYNC_MS = 15_000;

/** Something that has replicas. */
type Target = { replicas: number; selector: LabelSelector; resize(replicas: number): void };
type Scalable = KubeObject & { spec: { replicas: number; selector: LabelSelector } };

/** Sizes workloads by what their pods are measured to use (kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale). */
export function autoscalerController(resources: Resources, usage: UsageSource, scale: number): Controller {
  const { store, now } = resources;
  const record = recorderFor(resources, "horizontal-pod-autoscaler");
  const recommendations = new Recommendations(scale);

  const say = (
    autoscaler: HorizontalPodAutoscaler,
    conditions: Condition[],
    rest: Partial<HorizontalPodAutoscaler["status"]>,
  ): void => {
    const status = {
      ...autoscaler.status,
      ...rest,
      conditions: conditions.reduce((all, each) => withCondition(all, each, now()), autoscaler.status.conditions ?? []),
    };
    resources.modify(horizontalPodAutoscalers, autoscaler, (draft) => (draft.status = status), statusWriter);
  };

  const reconcile = (autoscaler: HorizontalPodAutoscaler): void => {
    const { scaleTargetRef, minReplicas = 1, maxReplicas, metrics = [] } = autoscaler.spec;
    const target = findTarget(resources, autoscaler);
    if (target === undefined) {
      const message = `the HPA controller was unable to get the target's current scale: ${scaleTargetRef.kind.toLowerCase()}s.apps "${scaleTargetRef.name}" not found`;
      record(autoscaler, { type: "Warning", reason: "FailedGetScale", message });
      return say(autoscaler, [no("AbleToScale", "FailedGetScale", message)], {});
    }
    const current = target.replicas;
    if (current === 0 && minReplicas > 0) {
      const message = "scaling is disabled since the replica count of the target is zero";
      return say(autoscaler, [no("ScalingActive", "ScalingDisabled", message)], {
        currentReplicas: 0,
        desiredReplicas: 0,
      });
    }
    const chosen = store
      .list(pods, autoscaler.metadata.namespace)
      .filter((pod) => isActive(pod) && matches(target.selector, pod.metadata.labels));
    const found = measureAll(metrics, chosen, current);
    if (found instanceof MetricError) {
      record(autoscaler, { type: "Warning", reason: found.reason, message: found.message });
      const message = `the HPA was unable to compute the replica count: ${found.message}`;
      return say(autoscaler, [no("ScalingActive", found.reason, message)], { currentReplicas: current });
    }
    const { proposal, name } = found;
    const bounded = Math.min(maxReplicas, Math.max(minReplicas, proposal));
    const desired = recommendations.decide(autoscaler, { current, bounded, minReplicas, maxReplicas }, now().getTime());
    const held = desired !== bounded;
    const limited =
      proposal > maxReplicas
        ? yes("ScalingLimited", "TooManyReplicas", "the desired replica count is more than the maximum replica count")
        : proposal < minReplicas
          ? yes("ScalingLimited", "TooFewReplicas", "the desired replica count is less than the minimum replica count")
          : no("ScalingLimited", "DesiredWithinRange", "the desired count is within the acceptable range");
    const able = (): Condition => {
      if (desired !== current)
        return yes(
          "AbleToScale",
          "SucceededRescale",
          `the HPA controller was able to update the target scale to ${desired}`,
        );
      if (held)
        return yes(
          "AbleToScale",
          "ScaleDownStabilized",
          "recent recommendations were higher than current one, applying the highest recent recommendation",
        );
      return yes("AbleToScale", "ReadyForNewScale", "recommended size matches current size");
    };
    const active = yes(
      "ScalingActive",
      "ValidMetricFound",
      `the HPA was able to successfully calculate a replica count from ${name}`,
    );
    if (desired !== current) {
      target.resize(desired);
      const why = desired > current ? `${name} above target` : "All metrics below target";
      const message = `New size: ${desired}; reason: ${why}`;
      record(autoscaler, { type: "Normal", reason: "SuccessfulRescale", message });
    }
    say(autoscaler, [able(), active, limited], {
      currentReplicas: current,
      desiredReplicas: desired,
      currentMetrics: found.current,
      ...(desired === current ? {} : { lastScaleTime: timeText(now()) }),
    });
  };

  /** The largest size that any metric asks for. */
  const measureAll = (
    metrics: Metric[],
    chosen: Pod[],
    replicas: number,
  ): { proposal: number; name: string; current: Metric[] } | MetricError => {
    const used = usage.pods();
    const measured: Measured[] = [];
    for (const metric of metrics) {
      const one = measure(metric, chosen, used, replicas);
      if (one instanceof MetricError) return one;
      measured.push(one);
    }
    const [most] = [...measured].sort((a, b) => b.proposal - a.proposal);
    if (most === undefined) return new MetricError("InvalidMetricSourceType", "no metric that the sandbox measures");
    return { proposal: most.proposal, name: most.name, current: measured.map((one) => one.current) };
  };

  return {
    name: "horizontal-pod-autoscaler",
    keysOf: (change) => {
      const autoscaler = changeOf(horizontalPodAutoscalers, change);
      if (autoscaler === undefined || autoscaler.type === "DELETED") return [];
      // Its own writing of the status is no reason to look again before the next time.
      return same(autoscaler.object.spec, autoscaler.before?.spec) ? [] : [keyOf(autoscaler.object)];
    },
    reconcile: (key) => {
      const autoscaler = store.get(horizontalPodAutoscalers, ...splitKey(key));
      if (autoscaler === undefined) return undefined;
      reconcile(autoscaler);
      return SYNC_MS * scale;
    },
  };
}

function findTarget(resources: Resources, { metadata, spec }: HorizontalPodAutoscaler): Target | undefined {
  const of = <T extends Scalable>(kind: Kind<T>): Target | undefined => {
    const found = resources.store.get(kind, metadata.namespace, spec.scaleTargetRef.name);
    if (found === undefined) return undefined;
    const { replicas, selector } = found.spec;
    const options = { ...writer, subresource: "scale" as const };
    const resize = (size: number): void =>
      resources.modify(kind, found, (draft) => void (draft.spec.replicas = size), options);
    return { replicas, selector, resize };
  };
  switch (spec.scaleTargetRef.kind) {
    case "Deployment":
      return of(deployments);
    case "ReplicaSet":
      return of(replicaSets);
    case "StatefulSet":
      return of(statefulSets);
    default:
      return undefined;
  }
}

const yes = (type: string, reason: string, message: string): Condition => ({ type, status: "True", reason, message });
const no = (type: string, reason: string, message: string): Condition => ({ type, status: "False", reason, message });
