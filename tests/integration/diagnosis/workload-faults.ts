import { type Fault } from "./fault.ts";
import { deployment, NOWHERE, object, own, with1 } from "./fault-objects.ts";

/** What keeps the pods does not get where it should. */
export const workloadFaults: Fault[] = [
  {
    name: "an autoscaler of pods that cannot be measured",
    objects: (ground) => [
      ...with1({ resources: {} })(ground),
      object(ground, "autoscaling/v2", "HorizontalPodAutoscaler", {
        scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: ground.name },
        minReplicas: 1,
        maxReplicas: 3,
        metrics: [
          { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 50 } } },
        ],
      }),
    ],
    rule: "autoscaler",
    sentence: /The autoscaler t-\S+ cannot measure the pods/,
    evidence: /FailedGetResourceMetric/,
    action: { kind: "settings", section: "scale" },
  },
  {
    name: "a rollout whose new pods never come, while old ones stay",
    objects: (ground) => [deployment(ground, { containers: [own(ground)] }, { progressDeadlineSeconds: 3 })],
    next: (ground) => {
      const missing = own(ground, { image: `${ground.registry}/faults/node@${NOWHERE}` });
      return [deployment(ground, { containers: [missing] }, { progressDeadlineSeconds: 3 })];
    },
    rule: "rollout",
    sentence: /The new pods do not get through: 0 of 1 are ready, and 1 of the version before \(t-\S+\) stay/,
    evidence: /ProgressDeadlineExceeded/,
    action: { kind: "rollback" },
  },
];
