import { timeText, withCondition } from "../controllers/conditions.ts";
import { type Condition, type ContainerStatus, type Pod, type PodStatus } from "../objects.ts";

type Seen = {
  init: ContainerStatus[];
  main: ContainerStatus[];
  initialised: boolean;
  /** Why the node has ended the pod; it counts once nothing of it runs any more. */
  ended?: { reason: string; message: string };
  ip: string;
  now: Date;
};

/** What a pod's containers add up to: its phase and conditions. */
export function podStatus(pod: Pod, { init, main, initialised, ended, ip, now }: Seen): PodStatus {
  const failure = [...init, ...main].some(({ state }) => state.running !== undefined) ? undefined : ended;
  const phase = failure === undefined ? phaseOf(pod, init, main, initialised) : "Failed";
  const over = phase === "Succeeded" || phase === "Failed";
  const sidecars = init.filter(({ name }) => isSidecar(pod, name));
  const unready = [...sidecars, ...main].filter((one) => !one.ready).map(({ name }) => name);
  const gates = (pod.spec.readinessGates ?? []).filter(
    ({ conditionType }) =>
      !pod.status.conditions?.some(({ type, status }) => type === conditionType && status === "True"),
  );
  const because = over
    ? { reason: phase === "Failed" ? "PodFailed" : "PodCompleted" }
    : { reason: "ContainersNotReady", message: `containers with unready status: [${unready.join(" ")}]` };
  const truth = (type: string, holds: boolean, why: Partial<Condition> = {}): Condition => ({
    type,
    status: holds ? "True" : "False",
    ...(holds ? {} : why),
  });
  const wanted = [
    truth("PodReadyToStartContainers", !over),
    truth("Initialized", initialised, {
      reason: "ContainersNotInitialized",
      message: "containers with incomplete status",
    }),
    truth("ContainersReady", unready.length === 0 && !over, because),
    truth(
      "Ready",
      unready.length === 0 && gates.length === 0 && !over,
      unready.length > 0 || over ? because : { reason: "ReadinessGatesNotReady" },
    ),
    truth("PodScheduled", true),
  ];
  return {
    ...pod.status,
    phase,
    conditions: wanted.reduce((list, condition) => withCondition(list, condition, now), pod.status.conditions ?? []),
    hostIP: "127.0.0.1",
    hostIPs: [{ ip: "127.0.0.1" }],
    podIP: ip,
    podIPs: [{ ip }],
    startTime: pod.status.startTime ?? timeText(now),
    ...(init.length > 0 ? { initContainerStatuses: init } : {}),
    containerStatuses: main,
    ...failure,
  };
}

/** A native sidecar: an init container that keeps running (KEP-753). It counts for readiness, not for the phase. */
const isSidecar = ({ spec }: Pod, name: string): boolean =>
  spec.initContainers?.find((each) => each.name === name)?.restartPolicy === "Always";

function phaseOf(pod: Pod, init: ContainerStatus[], main: ContainerStatus[], initialised: boolean): PodStatus["phase"] {
  const policy = pod.spec.restartPolicy;
  const failedInit = init.some(({ name, state }) => !isSidecar(pod, name) && (state.terminated?.exitCode ?? 0) !== 0);
  if (policy === "Never" && failedInit) return "Failed";
  if (!initialised) return "Pending";
  const ended = main.filter(({ state }) => state.terminated !== undefined);
  if (ended.length === main.length && policy !== "Always") {
    const failed = ended.some(({ state }) => state.terminated?.exitCode !== 0);
    if (!failed) return "Succeeded";
    return policy === "Never" ? "Failed" : "Running";
  }
  const begun = main.every(
    ({ state, restartCount }) =>
      state.running ?? state.terminated ?? (restartCount > 0 || state.waiting?.reason === "CrashLoopBackOff"),
  );
  return begun || pod.status.phase === "Running" ? "Running" : "Pending";
}
