import { timeText } from "../controllers/conditions.ts";
import { type Record as EventRecord } from "../controllers/event-recorder.ts";
import { type Container, type ContainerState, type ContainerStatus, type Pod } from "../objects.ts";

/**
 * How a pod without a process behaves is said by this annotation, at any time: `unready`, `crash`, `out-of-memory`,
 * `image-missing`; without it the pod is well, and completes after a while when it is not to be restarted.
 */
export const BEHAVIOUR = "sandbox.kepler/behaviour";

const COMPLETE_AFTER_MS = 3000;
const CRASH_AFTER_MS = 5000;
const FIRST_BACKOFF_MS = 10_000;
const LONGEST_BACKOFF_MS = 300_000;

export type LifeStep = { containers: ContainerStatus[]; event?: EventRecord; againInMs?: number };

/** The next step of a virtual pod from where its status says it is; `againInMs` when the one after it is due. */
export function nextStep(pod: Pod, now: Date): LifeStep {
  const behaviour = pod.metadata.annotations?.[BEHAVIOUR];
  const before = pod.status.containerStatuses?.[0];
  const restartCount = before?.restartCount ?? 0;
  const show = (state: ContainerState, more: Partial<ContainerStatus> = {}): ContainerStatus[] =>
    pod.spec.containers.map((container) => ({ ...statusOf(pod, container, state, before), ...more }));
  const ready = behaviour !== "unready";
  const run = (restarts: number): LifeStep => ({
    containers: show({ running: { startedAt: timeText(now) } }, { ready, started: true, restartCount: restarts }),
    againInMs: endsIn(pod, behaviour),
  });
  const pullFails = behaviour === "image-missing" && before?.state.running === undefined;
  if (pullFails) return imageMissing(pod, show);

  const { running, terminated, waiting } = before?.state ?? {};
  if (running !== undefined) {
    const end = endsIn(pod, behaviour);
    const left = end === undefined ? undefined : Date.parse(running.startedAt) + end - now.getTime();
    if (left === undefined || left > 0)
      return { containers: show({ running }, { ready, started: true }), againInMs: left };
    return { containers: show({ terminated: endingOf(behaviour, running.startedAt, now) }), againInMs: 0 };
  }
  if (terminated !== undefined) {
    const again =
      pod.spec.restartPolicy === "Always" || (pod.spec.restartPolicy === "OnFailure" && terminated.exitCode > 0);
    if (!again) return { containers: show({ terminated }) };
    const delay = backOff(restartCount);
    const name = pod.spec.containers[0]?.name ?? "";
    const message = `back-off ${delay / 1000}s restarting failed container=${name} pod=${pod.metadata.name}_${pod.metadata.namespace ?? ""}(${pod.metadata.uid})`;
    const event = {
      type: "Warning",
      reason: "BackOff",
      message: `Back-off restarting failed container ${name}`,
    } as const;
    const state = { waiting: { reason: "CrashLoopBackOff", message } };
    return { containers: show(state, { lastState: { terminated } }), event, againInMs: delay };
  }
  if (waiting?.reason === "CrashLoopBackOff") {
    const since = Date.parse(before?.lastState.terminated?.finishedAt ?? "");
    const left = since + backOff(restartCount) - now.getTime();
    return left > 0 ? { containers: show({ waiting }), againInMs: left } : run(restartCount + 1);
  }
  return run(restartCount);
}

const backOff = (restarts: number): number => Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** restarts);

function endsIn(pod: Pod, behaviour: string | undefined): number | undefined {
  if (behaviour === "crash" || behaviour === "out-of-memory") return CRASH_AFTER_MS;
  return pod.spec.restartPolicy === "Always" ? undefined : COMPLETE_AFTER_MS;
}

function endingOf(behaviour: string | undefined, startedAt: string, now: Date): ContainerState["terminated"] {
  const finishedAt = timeText(now);
  if (behaviour === "out-of-memory") return { exitCode: 137, reason: "OOMKilled", startedAt, finishedAt };
  if (behaviour === "crash") return { exitCode: 1, reason: "Error", startedAt, finishedAt };
  return { exitCode: 0, reason: "Completed", startedAt, finishedAt };
}

function imageMissing(pod: Pod, show: (state: ContainerState) => ContainerStatus[]): LifeStep {
  const image = pod.spec.containers[0]?.image ?? "";
  const message = `Back-off pulling image "${image}"`;
  const event = {
    type: "Warning",
    reason: "Failed",
    message: `Failed to pull image "${image}": ${image}: not found`,
  } as const;
  return { containers: show({ waiting: { reason: "ImagePullBackOff", message } }), event };
}

const statusOf = (
  { metadata }: Pod,
  { name, image }: Container,
  state: ContainerState,
  before: ContainerStatus | undefined,
): ContainerStatus => ({
  name,
  state,
  lastState: before?.lastState ?? {},
  ready: false,
  restartCount: before?.restartCount ?? 0,
  image,
  imageID: image,
  containerID: `virtual://${metadata.uid}/${name}`,
  started: false,
});
