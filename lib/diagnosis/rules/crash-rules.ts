import { type SeenContainer } from "#lib/clusters/container-rules";
import { type SeenPod } from "#lib/clusters/pod-rules";
import { found, inContainers, type Rule, restartsWord, statusOf } from "../finding-rules.ts";
import { type Scene } from "../scene-schema.ts";
import { type FindingAction } from "../schema.ts";
import { CRASHES_THAT_DECIDE, logEvidence, wasOutOfMemory } from "./end-rules.ts";
import { killingProbe } from "./probe-rules.ts";

/** Exit codes that say more than that it failed (bash's manual, "Exit Status"; signals are 128 + n). */
const MEANINGS: Record<number, string> = {
  0: "Its program ends by itself, and a service must keep running: correct its command.",
  126: "Its command cannot be executed: correct the command, or the file's rights.",
  127: "Its command is not in the image: correct the command.",
  134: "Its program aborted itself (SIGABRT): read its last log lines and correct the cause.",
  137: "It was killed from outside (SIGKILL): read its last log lines and its node's events.",
  139: "Its program crashed (SIGSEGV): read its last log lines and correct the cause.",
  143: "It was told to stop (SIGTERM): read its last log lines and its node's events.",
};

/** It starts and ends again and again, or cannot be started at all. */
export const crashRule: Rule = (scene) =>
  inContainers(scene, (pod, container) => {
    if (!isCrashing(pod, container) || wasOutOfMemory(container) || killingProbe(scene, pod, container)) return null;
    const unstarted = startFailure(container);
    return unstarted === null ? crashed(scene, pod, container) : notStarted(pod, container, unstarted);
  });

/** Ended at least once without being ready now; an init container that did its work is not. */
function isCrashing(
  pod: SeenPod,
  { kind, state, reason, exitCode, ready, restarts, lastExitCode }: SeenContainer,
): boolean {
  if (ready || (kind === "init" && state === "terminated" && exitCode === 0)) return false;
  const failed = state === "terminated" && exitCode !== null && exitCode !== 0;
  // What is restarted while its pod is being made ready again may yet stay: a loop is what waits, or has ended often.
  return (
    failed ||
    reason === "CrashLoopBackOff" ||
    reason === "RunContainerError" ||
    (restarts >= CRASHES_THAT_DECIDE && lastExitCode !== null && pod.phase !== "Succeeded")
  );
}

/** The runtime's words when there was no program to end: "exec: "x": executable file not found in $PATH". */
function startFailure({
  reason,
  lastReason,
  message,
  lastMessage,
  exitCode,
  lastExitCode,
}: SeenContainer): string | null {
  const says = [message, lastMessage].find((text) => text?.includes("unable to start container process"));
  const is = reason === "RunContainerError" || reason === "StartError" || lastReason === "StartError";
  if (!is && !says) return null;
  if (!is && (exitCode ?? lastExitCode) !== 128) return null;
  const text = says ?? message ?? lastMessage ?? "";
  return /unable to start container process: (.*)$/s.exec(text)?.[1] ?? text;
}

function notStarted(pod: SeenPod, container: SeenContainer, why: string) {
  return found({
    rule: "crash",
    variant: "not-started",
    code: "invalid",
    decisive: true,
    message: `The program of ${container.name} in ${pod.name} cannot be started: ${why}.`,
    next: "Correct its command, or build an image that has the program, then release again.",
    evidence: [statusOf(pod, container, container.lastMessage ?? container.message ?? why)],
    actions: [{ kind: "settings", section: "start", field: "command" }, { kind: "build" }],
  });
}

function crashed(scene: Scene, pod: SeenPod, container: SeenContainer) {
  const { name, kind, restarts } = container;
  const code = container.lastExitCode ?? container.exitCode;
  const how = code === null ? "without an exit code" : `exit code ${code}`;
  const finished = container.lastReason ?? container.reason ?? "";
  const log: FindingAction = { kind: "log", pod: pod.name, container: name, previous: true };
  const command: FindingAction = { kind: "settings", section: "start", field: "command" };
  const aboutCommand = code === 0 || code === 126 || code === 127;
  return found({
    rule: "crash",
    variant: kind === "init" ? "init" : "loop",
    decisive: restarts >= CRASHES_THAT_DECIDE,
    message:
      kind === "init"
        ? `The init container ${name} of ${pod.name} does not get done (${restartsWord(restarts)}, ${how}): nothing else starts before it has.`
        : restarts === 0
          ? `${name} in ${pod.name} has ended (${how}).`
          : `${name} in ${pod.name} starts and ends again and again (${restartsWord(restarts)}, ${how}).`,
    next: MEANINGS[code ?? -1] ?? "Read its last log lines, correct the cause, then release again.",
    evidence: [statusOf(pod, container, `${finished} · ${how}`), ...logEvidence(scene, pod, container)],
    actions: aboutCommand ? [command, log, { kind: "rollback" }] : [log, { kind: "rollback" }],
  });
}
