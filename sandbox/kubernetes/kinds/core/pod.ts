import { isObject, type Json, same } from "../../json.ts";
import { type ContainerStatus, type Pod, type PodSpec } from "../../objects.ts";
import { age, ageColumn, type Column, field, nameColumn } from "../columns.ts";
import { kindOf } from "../kind.ts";
import { type Cause, forbidden } from "../schema.ts";
import { podSpecRules } from "./pod-spec.ts";

type Line = { word: string; ready: number; restarts: number; lastRestart: string };

const isSidecar = (pod: Pod, name: string): boolean =>
  pod.spec.initContainers?.some((each) => each.name === name && each.restartPolicy === "Always") === true;
const isTrue = (pod: Pod, type: string): boolean =>
  pod.status.conditions?.some((each) => each.type === type && each.status === "True") === true;
const endWord = ({ reason, signal, exitCode }: { reason?: string; signal?: number; exitCode: number }): string =>
  reason !== undefined && reason !== "" ? reason : signal ? `Signal:${signal}` : `ExitCode:${exitCode}`;
const later = (a: string, { lastState }: ContainerStatus): string => {
  const ended = lastState.terminated?.finishedAt ?? "";
  return ended > a ? ended : a;
};

/** What kubectl shows of a pod: the state of the first container that keeps it from running, else its phase. */
function lineOf(pod: Pod): Line {
  const inits = pod.status.initContainerStatuses ?? [];
  const sidecars = inits.filter(({ name }) => isSidecar(pod, name));
  let ready = sidecars.filter((each) => each.started === true && each.ready).length;
  const waiting = inits.findIndex(
    (each) => each.state.terminated?.exitCode !== 0 && !(each.started === true && isSidecar(pod, each.name)),
  );
  const blocked = inits[waiting];
  if (blocked !== undefined && !isTrue(pod, "Initialized")) {
    const { terminated, waiting: wait } = blocked.state;
    const reason = terminated === undefined ? wait?.reason : endWord(terminated);
    const started = inits.slice(0, waiting + 1);
    return {
      word: ending(
        pod,
        reason !== undefined && reason !== "" && reason !== "PodInitializing"
          ? `Init:${reason}`
          : `Init:${waiting}/${pod.spec.initContainers?.length ?? 0}`,
      ),
      ready,
      restarts: started.reduce((sum, each) => sum + each.restartCount, 0),
      lastRestart: started.reduce(later, ""),
    };
  }
  const counted = [...sidecars, ...(pod.status.containerStatuses ?? [])];
  let word = pod.status.reason ?? pod.status.phase;
  let errorWord = "";
  let isRunning = false;
  for (const each of [...(pod.status.containerStatuses ?? [])].reverse()) {
    const { waiting: wait, terminated, running } = each.state;
    if (wait?.reason) word = wait.reason;
    else if (terminated !== undefined) {
      word = endWord(terminated);
      if (terminated.exitCode !== 0) errorWord = word;
    } else if (each.ready && running !== undefined) {
      isRunning = true;
      ready += 1;
    }
  }
  if (word === "Completed") {
    if (isRunning && isTrue(pod, "Ready")) word = "Running";
    else if (errorWord !== "") word = errorWord;
    else if (isRunning) word = "NotReady";
  }
  return {
    word: ending(pod, word),
    ready,
    restarts: counted.reduce((sum, each) => sum + each.restartCount, 0),
    lastRestart: counted.reduce(later, ""),
  };
}

function ending(pod: Pod, word: string): string {
  const isOver = pod.status.phase === "Succeeded" || pod.status.phase === "Failed";
  return pod.metadata.deletionTimestamp !== undefined && !isOver ? "Terminating" : word;
}

const columns: Column<Pod>[] = [
  nameColumn,
  {
    name: "Ready",
    cell: (pod) => {
      const sidecars = pod.spec.initContainers?.filter(({ name }) => isSidecar(pod, name)).length ?? 0;
      return `${lineOf(pod).ready}/${pod.spec.containers.length + sidecars}`;
    },
  },
  { name: "Status", cell: (pod) => lineOf(pod).word },
  {
    name: "Restarts",
    cell: (pod, now) => {
      const { restarts, lastRestart } = lineOf(pod);
      return restarts > 0 && lastRestart !== "" ? `${restarts} (${age(lastRestart, now)} ago)` : String(restarts);
    },
  },
  ageColumn,
  field("IP", "status.podIP", "<none>", true),
  field("Node", "spec.nodeName", "<none>", true),
  field("Nominated Node", "status.nominatedNodeName", "<none>", true),
  {
    name: "Readiness Gates",
    wide: true,
    cell: (pod) => {
      const gates = pod.spec.readinessGates ?? [];
      const open = gates.filter(({ conditionType }) => isTrue(pod, conditionType)).length;
      return gates.length === 0 ? "<none>" : `${open}/${gates.length}`;
    },
  },
];

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

function linkServices(spec: Json | undefined): void {
  if (isObject(spec)) spec.enableServiceLinks ??= true;
}

/** What admission adds to a pod (not to a template): its account, tolerations, priority and first status. */
function initialisePod(pod: Pod): void {
  const { spec } = pod;
  spec.serviceAccountName ??= "default";
  spec.serviceAccount ??= spec.serviceAccountName;
  spec.preemptionPolicy ??= "PreemptLowerPriority";
  spec.priority ??= 0;
  spec.tolerations ??= ["not-ready", "unreachable"].map((taint) => ({
    key: `node.kubernetes.io/${taint}`,
    operator: "Exists",
    effect: "NoExecute",
    tolerationSeconds: 300,
  }));
  pod.status = { phase: "Pending" };
}

function qualityOf(spec: PodSpec): string {
  const each = spec.containers.flatMap((one) =>
    ["cpu", "memory"].map((name) => [one.resources?.requests?.[name], one.resources?.limits?.[name]]),
  );
  if (each.every(([request, limit]) => request === undefined && limit === undefined)) return "BestEffort";
  return each.every(([request, limit]) => limit !== undefined && request === limit) ? "Guaranteed" : "Burstable";
}

export const pods = kindOf<Pod>("v1", "pods", {
  rules: [podSpecRules, { "core.v1.Pod": { complete: ({ spec }) => linkServices(spec) } }],
  fieldLabels: [
    "spec.hostNetwork",
    "spec.nodeName",
    "spec.restartPolicy",
    "spec.schedulerName",
    "spec.serviceAccountName",
    "status.nominatedNodeName",
    "status.phase",
    "status.podIP",
  ],
  initialise: initialisePod,
  conclude: (pod) => {
    pod.status.qosClass = qualityOf(pod.spec);
  },
  validateUpdate: fixedSpec,
  columns,
});
