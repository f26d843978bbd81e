import { isAutoscaled } from "#lib/apps/scaling-rules";
import { RELEASE_LABEL } from "#lib/clusters/label-rules";
import { given, isUntouched, type Manifest, type ManifestInput, metadata, selector } from "./object.ts";
import { podTemplate } from "./pod.ts";
import { headlessName } from "./service.ts";
import { claimTemplates } from "./volumes.ts";

const KINDS = { deployment: "Deployment", statefulset: "StatefulSet" } as const;

/** The controller of the app's pods, as scaleTargetRef and the API name it. */
export const workloadRef = ({ spec, app }: Pick<ManifestInput, "spec" | "app">) => ({
  apiVersion: "apps/v1" as const,
  kind: KINDS[spec.workload.kind],
  name: app.name,
});

/** The controller of the app's pods. Without `replicas` where an autoscaler owns their number: a field not named is not fought over. */
export function workload(input: ManifestInput): Manifest {
  const { spec } = input;
  const { apiVersion, kind } = workloadRef(input);
  const meta = metadata(input);
  return {
    apiVersion,
    kind,
    // Tells whose apply was the last one: a release that finds another number here applies again.
    metadata: { ...meta, labels: { ...meta.labels, [RELEASE_LABEL]: String(input.releaseNumber) } },
    spec: {
      ...(isAutoscaled(spec) ? {} : { replicas: spec.replicas }),
      ...given({ revisionHistoryLimit: spec.adopted ? null : 3 }),
      ...sayable(input, { minReadySeconds: spec.strategy.minReadySeconds }),
      selector: { matchLabels: selector(input) },
      ...(kind === "Deployment" ? deploymentFields(input) : statefulSetFields(input)),
      // What was found there is applied only once it is to be another: naming it would restart every pod.
      ...(isUntouched(input) ? {} : { template: podTemplate(input) }),
    },
  };
}

/** Of what has no value of its own there, an import makes none: after it the object is what it was. */
const sayable = (input: ManifestInput, fields: { paused: boolean } | { minReadySeconds: number }) =>
  isUntouched(input) && !Object.values(fields).some(Boolean) ? {} : fields;

export function deploymentFields(input: ManifestInput) {
  const { spec, paused = false } = input;
  const { type, maxSurge, maxUnavailable, progressDeadlineSeconds, minReadySeconds } = spec.strategy;
  return {
    progressDeadlineSeconds: Math.max(progressDeadlineSeconds, minReadySeconds + 1),
    ...sayable(input, { paused }),
    strategy:
      type === "recreate"
        ? { type: "Recreate" }
        : { type: "RollingUpdate", rollingUpdate: { maxSurge, maxUnavailable } },
  };
}

/** A StatefulSet has no `paused`: a partition above every ordinal holds its rollout just so. */
const HELD_PARTITION = 100_000;

function statefulSetFields(input: ManifestInput) {
  return {
    serviceName: headlessName(input.app),
    podManagementPolicy: input.spec.workload.podManagement === "parallel" ? "Parallel" : "OrderedReady",
    updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: input.paused ? HELD_PARTITION : 0 } },
    ...given({ volumeClaimTemplates: claimTemplates(input) }),
  };
}
