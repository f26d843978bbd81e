import { same } from "../json.ts";
import { type ContainerStatus, type Pod } from "../objects.ts";
import { age, ageColumn, conditions, type Kind, kindSchema, nameColumn } from "./kind.ts";
import { dnsSubdomain } from "./names.ts";
import { initialisePod, podSpec } from "./pod-spec.ts";
import { any, type Cause, count, forbidden, list, listMap, object, text } from "./schema.ts";

/** The word in kubectl's STATUS column: the first container that has something to say, else the phase. */
function statusWord(pod: Pod): string {
  if (pod.metadata.deletionTimestamp !== undefined) return "Terminating";
  const init = pod.status.initContainerStatuses ?? [];
  const unfinished = init.findIndex((one) => one.state.terminated?.exitCode !== 0);
  const waiting = init[unfinished];
  if (waiting !== undefined) {
    const reason = waiting.state.terminated?.reason ?? waiting.state.waiting?.reason;
    return reason !== undefined && reason !== "PodInitializing"
      ? `Init:${reason}`
      : `Init:${unfinished}/${init.length}`;
  }
  const telling = pod.status.containerStatuses?.find((one) => one.state.waiting ?? one.state.terminated);
  return telling?.state.waiting?.reason ?? telling?.state.terminated?.reason ?? pod.status.reason ?? pod.status.phase;
}

const statuses = (pod: Pod): ContainerStatus[] => pod.status.containerStatuses ?? [];

function restarts(pod: Pod, now: Date): string | number {
  const total = statuses(pod).reduce((sum, one) => sum + one.restartCount, 0);
  const last = statuses(pod)
    .map((one) => one.lastState.terminated?.finishedAt)
    .filter((time) => time !== undefined)
    .sort()
    .at(-1);
  return total > 0 && last !== undefined ? `${total} (${age(last, now)} ago)` : total;
}

/** A pod's spec is fixed but for its images and a few others; everything else asks for a new pod. */
function fixedSpec(pod: Pod, old: Pod): Cause[] {
  const frozen = (one: Pod) => ({
    ...one.spec,
    nodeName: undefined,
    activeDeadlineSeconds: undefined,
    tolerations: undefined,
    terminationGracePeriodSeconds: undefined,
    containers: one.spec.containers.map((each) => ({ ...each, image: "" })),
    initContainers: one.spec.initContainers?.map((each) => ({ ...each, image: "" })),
  });
  if (same(frozen(pod), frozen(old))) return [];
  return [
    forbidden(
      "spec",
      "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)",
    ),
  ];
}

export const pods: Kind<Pod> = {
  group: "",
  version: "v1",
  kind: "Pod",
  plural: "pods",
  shortNames: ["po"],
  categories: ["all"],
  namespaced: true,
  nameRule: dnsSubdomain,
  status: true,
  subresources: [
    { name: "log", kind: "Pod", verbs: ["get"] },
    { name: "exec", kind: "PodExecOptions", verbs: ["create", "get"] },
    { name: "attach", kind: "PodAttachOptions", verbs: ["create", "get"] },
    { name: "eviction", kind: "Eviction", group: "policy", version: "v1", verbs: ["create"] },
    { name: "binding", kind: "Binding", verbs: ["create"] },
  ],
  fieldLabels: [
    "spec.nodeName",
    "spec.restartPolicy",
    "spec.schedulerName",
    "spec.serviceAccountName",
    "status.phase",
    "status.podIP",
  ],
  schema: kindSchema({
    spec: podSpec(),
    status: object({
      phase: text(),
      conditions: conditions(),
      message: text(),
      reason: text(),
      hostIP: text(),
      hostIPs: list(any()),
      podIP: text(),
      podIPs: listMap("ip", object({ ip: text() })),
      startTime: text(),
      qosClass: text(),
      observedGeneration: count(),
      containerStatuses: list(any()),
      initContainerStatuses: list(any()),
    }),
  }),
  initialise: initialisePod,
  validateUpdate: fixedSpec,
  columns: [
    nameColumn,
    {
      name: "Ready",
      cell: (pod) => `${statuses(pod).filter((one) => one.ready).length}/${pod.spec.containers.length}`,
    },
    { name: "Status", cell: statusWord },
    { name: "Restarts", cell: restarts },
    ageColumn,
    { name: "IP", wide: true, cell: (pod) => pod.status.podIP ?? "<none>" },
    { name: "Node", wide: true, cell: (pod) => pod.spec.nodeName ?? "<none>" },
    { name: "Nominated Node", wide: true, cell: () => "<none>" },
    { name: "Readiness Gates", wide: true, cell: () => "<none>" },
  ],
};
