import { found, type Rule, seenIn } from "../finding-rules.ts";
import { type FindingAction } from "../schema.ts";

/** The autoscaler cannot measure, cannot act, or has reached its most. */
export const autoscalerRule: Rule = ({ autoscaler }) => {
  if (!autoscaler) return [];
  const { name, conditions, most } = autoscaler;
  const of = (type: string, status: string) => conditions.find((one) => one.type === type && one.status === status);
  const inactive = of("ScalingActive", "False");
  const unable = of("AbleToScale", "False");
  const limited = of("ScalingLimited", "True");
  const scale = (field: string): FindingAction => ({ kind: "settings", section: "scale", field });
  const said = (condition: NonNullable<typeof inactive>) => [
    seenIn({
      source: "status",
      object: `HorizontalPodAutoscaler/${name}`,
      text: `${condition.reason ?? condition.type}: ${condition.message ?? ""}`,
      at: condition.lastTransitionTime ?? null,
    }),
  ];
  // Stopped on purpose: no pods, nothing to scale.
  if (inactive && inactive.reason !== "ScalingDisabled") {
    const request = /missing request for (\w+)/.exec(inactive.message ?? "")?.[1];
    return [
      found({
        rule: "autoscaler",
        variant: request ? "no-request" : "no-metrics",
        level: "warn",
        message: request
          ? `The autoscaler ${name} cannot measure the pods: a container says no request for ${request}.`
          : `The autoscaler ${name} cannot measure the pods, so their number stays as it is (${inactive.reason ?? ""}).`,
        next: request
          ? "Give the container that request, or scale by another measure."
          : "See that the cluster has a metrics server and that the pods run; ask its operator when it lasts.",
        evidence: said(inactive),
        actions: request
          ? [{ kind: "settings", section: "size", field: null }, scale("autoscaling")]
          : [{ kind: "ask" }, scale("autoscaling")],
      }),
    ];
  }
  if (unable) {
    return [
      found({
        rule: "autoscaler",
        variant: "unable",
        level: "warn",
        message: `The autoscaler ${name} cannot change the number of pods (${unable.reason ?? ""}).`,
        next: "See that the workload which it scales is there, then ask the cluster's operator.",
        evidence: said(unable),
        actions: [scale("autoscaling"), { kind: "ask" }],
      }),
    ];
  }
  if (limited?.reason !== "TooManyReplicas") return [];
  return [
    found({
      rule: "autoscaler",
      variant: "at-most",
      level: "warn",
      message: `The autoscaler ${name} wants more than its most of ${most} pods.`,
      next: "Allow it more pods, or give each pod more.",
      evidence: said(limited),
      actions: [scale("autoscaling.maxReplicas")],
    }),
  ];
};
