import { type SeenContainer, type SeenProbe } from "#lib/clusters/container-rules";
import { type SeenEvent } from "#lib/clusters/event-rules";
import { type SeenPod } from "#lib/clusters/pod-rules";
import { found, fromEvent, inContainers, podEvents, type Rule, restartsWord, statusOf } from "../finding-rules.ts";
import { type Scene } from "../scene-schema.ts";

type ProbeKind = "readiness" | "liveness" | "startup";
const NAMES: Record<ProbeKind, string> = { readiness: "Readiness", liveness: "Liveness", startup: "Startup" };

/** What the kubelet says that a probe got (pkg/kubelet/prober), and what it means. */
function gotOf(message: string): { got: string; nobody: boolean } {
  const status = /statuscode: (\d+)/.exec(message)?.[1];
  if (status) return { got: `status ${status}`, nobody: false };
  if (/connection refused/.test(message)) return { got: "no connection: nothing listens there", nobody: true };
  if (/deadline exceeded|i\/o timeout|timed out|timeout/i.test(message))
    return { got: "no answer in time", nobody: false };
  return {
    got: message.replace(/^\w+ probe (failed|errored)( and resulted in \w+ state)?:\s*/, "") || "a failure",
    nobody: false,
  };
}

/** The newest word that a probe of this pod failed, since its container runs. */
function failureOf(scene: Scene, pod: SeenPod, { startedAt }: SeenContainer, kind: ProbeKind): SeenEvent | undefined {
  return podEvents(scene, pod, "Unhealthy").find(
    ({ message, lastAt }) =>
      message.startsWith(`${NAMES[kind]} probe`) &&
      (startedAt === null || lastAt.getTime() + 1000 >= Date.parse(startedAt)),
  );
}

/** Seconds from the start until this probe's failures end the container. */
const patienceOf = ({ initialDelaySeconds, periodSeconds, failureThreshold }: SeenProbe): number =>
  initialDelaySeconds + periodSeconds * failureThreshold;

/** Who has a startup probe of many minutes is not waited for so long. */
const LONGEST_START_SECONDS = 30;

/** It has just begun, and its probe still bears with it: a program that starts answers nobody at first. */
function isStarting({ startedAt }: SeenContainer, probe: SeenProbe, { now, waited }: Scene): boolean {
  if (startedAt === null || waited) return false;
  const seconds = (now.getTime() - Date.parse(startedAt)) / 1000;
  return seconds < Math.min(patienceOf(probe), LONGEST_START_SECONDS);
}

export type KillingProbe = { kind: "liveness" | "startup"; probe: SeenProbe; event: SeenEvent };

/** The probe for which the kubelet ends this container again and again; null where it ends by itself. */
export function killingProbe(scene: Scene, pod: SeenPod, container: SeenContainer): KillingProbe | null {
  const killed = podEvents(scene, pod, "Killing").find(
    ({ message }) => message.includes(`Container ${container.name} failed `) && message.includes("probe"),
  );
  if (!killed) return null;
  const kind = killed.message.includes("failed startup probe") ? "startup" : "liveness";
  const probe = container.probes[kind];
  const failed = podEvents(scene, pod, "Unhealthy").find(({ message }) => message.startsWith(NAMES[kind]));
  return probe && { kind, probe, event: failed ?? killed };
}

/** The kubelet ends it before it is up: what it asks got no connection at all, because nothing listens yet. */
export const slowStartRule: Rule = (scene) =>
  inContainers(scene, (pod, container) => {
    const killing = killingProbe(scene, pod, container);
    if (!killing || container.ready) return null;
    const { kind, probe, event } = killing;
    const { got, nobody } = gotOf(event.message);
    if (kind === "liveness" && !nobody) return null;
    return found({
      rule: "slow-start",
      variant: kind,
      message: `${container.name} in ${pod.name} is ended before it is up: its ${kind} probe gives it ${patienceOf(probe)} seconds, then got ${got} (${restartsWord(container.restarts)}).`,
      next: "Give it a startup probe with more time, or make it start faster; if it listens on another port, correct the probe.",
      evidence: [fromEvent(event), statusOf(pod, container, probeText(kind, probe))],
      actions: [
        { kind: "settings", section: "health", field: kind === "startup" ? "startupProbe" : "livenessProbe" },
        { kind: "log", pod: pod.name, container: container.name, previous: true },
      ],
    });
  });

/** It runs and its probe says no. */
export const probeRule: Rule = (scene) =>
  inContainers(scene, (pod, container) => {
    const killing = killingProbe(scene, pod, container);
    if (killing) return livenessFailed(pod, container, killing);
    if (container.ready || container.state !== "running" || container.kind === "init") return null;
    const kind = (["startup", "readiness"] as const).find((one) => failureOf(scene, pod, container, one));
    const event = kind && failureOf(scene, pod, container, kind);
    const probe = kind && container.probes[kind];
    if (!event || !probe || isStarting(container, probe, scene)) return null;
    const { got, nobody } = gotOf(event.message);
    return found({
      rule: "probe",
      variant: kind,
      message: `${container.name} in ${pod.name} runs but is not ready: its ${kind} probe asks ${probe.asks} and got ${got}.`,
      next: nobody
        ? "See on which port it listens and correct the probe, or let it listen there."
        : "Correct what the probe asks, or what keeps the service from answering well: its log says more.",
      evidence: [fromEvent(event), statusOf(pod, container, probeText(kind, probe))],
      actions: [
        { kind: "settings", section: "health", field: kind === "startup" ? "startupProbe" : "readinessProbe" },
        { kind: "log", pod: pod.name, container: container.name, previous: false },
        { kind: "terminal", pod: pod.name },
      ],
    });
  });

function livenessFailed(pod: SeenPod, container: SeenContainer, { kind, probe, event }: KillingProbe) {
  const { got, nobody } = gotOf(event.message);
  // What never came up is the slow start's.
  if (kind === "startup" || (nobody && !container.ready)) return null;
  return found({
    rule: "probe",
    variant: "liveness",
    level: container.ready ? "warn" : "fail",
    message: `${container.name} in ${pod.name} is restarted by its liveness probe: it asks ${probe.asks} and got ${got} (${restartsWord(container.restarts)}).`,
    next: "Correct what the probe asks or give it more patience; its last log lines may say why it does not answer.",
    evidence: [fromEvent(event), statusOf(pod, container, probeText(kind, probe))],
    actions: [
      { kind: "settings", section: "health", field: "livenessProbe" },
      { kind: "log", pod: pod.name, container: container.name, previous: true },
    ],
  });
}

const probeText = (
  kind: ProbeKind,
  { asks, initialDelaySeconds, periodSeconds, timeoutSeconds, failureThreshold }: SeenProbe,
) =>
  `${kind}: ${asks} · initialDelaySeconds ${initialDelaySeconds} · periodSeconds ${periodSeconds} · timeoutSeconds ${timeoutSeconds} · failureThreshold ${failureThreshold}`;
