import { type SeenPod } from "#lib/clusters/pod-rules";
import { type PublicError } from "#lib/platform/errors";

export type Trouble = { error: PublicError; evidence: { pod: string; previous: boolean } | null };

/** A container that ended this often right after its start will end again. */
const CRASHES_THAT_DECIDE = 3;

/** The first pod for which waiting longer cannot help, in words that say what to do; null while there is hope. */
export function hopelessPod(pods: readonly SeenPod[]): Trouble | null {
  for (const pod of pods) {
    const trouble = imageTrouble(pod) ?? configTrouble(pod) ?? crashTrouble(pod);
    if (trouble) return trouble;
  }
  return null;
}

/** What a rollout is waiting for, as one word for the line under the step. */
export function waitingFor(pods: readonly SeenPod[]): string | null {
  const waiting = pods.find((p) => !p.ready);
  return waiting ? waiting.status : null;
}

/** Registries differ in their words; these mean that the image is not there, or not for this cluster (OCI distribution, error codes). */
const NEVER_PULLED =
  /not found|manifest unknown|name unknown|unauthorized|denied|forbidden|no such host|no match for platform/i;

function imageTrouble(pod: SeenPod): Trouble | null {
  if (pod.status === "InvalidImageName") return failed("invalid", pod, "The image's name is not valid");
  const pulling = pod.status === "ImagePullBackOff" || pod.status === "ErrImagePull";
  if (!pulling || !NEVER_PULLED.test(pod.message ?? "")) return null;
  return failed("not-found", pod, "The cluster cannot pull the image", {
    next: "See that the digest is still in the registry and that the cluster may read it, then release again.",
  });
}

function configTrouble(pod: SeenPod): Trouble | null {
  if (pod.status !== "CreateContainerConfigError" && pod.status !== "CreateContainerError") return null;
  return failed("invalid", pod, "The container cannot be created", {
    next: "Correct what the message names (a missing config, secret or command), then release again.",
  });
}

function crashTrouble(pod: SeenPod): Trouble | null {
  const crashing = pod.containers.find((c) => !c.ready && c.restarts >= CRASHES_THAT_DECIDE);
  if (!crashing) return null;
  const reason = crashing.lastReason ?? crashing.reason;
  const code = crashing.lastExitCode ?? crashing.exitCode;
  const how = reason === "OOMKilled" ? "out of memory" : code === null ? "without an exit code" : `exit code ${code}`;
  return {
    error: {
      code: "unavailable",
      system: "kubernetes",
      message: `${crashing.name} in ${pod.name} starts and ends again and again (${crashing.restarts} restarts, ${how}).`,
      next:
        reason === "OOMKilled"
          ? "Give it more memory, or find out what uses it, then release again."
          : "Read its last log lines below, correct the cause, then release again.",
    },
    evidence: { pod: pod.name, previous: true },
  };
}

function failed(code: "invalid" | "not-found", pod: SeenPod, what: string, options: { next?: string } = {}): Trouble {
  const error = {
    code,
    system: "kubernetes",
    message: `${what} (${pod.status}${pod.message ? `: ${pod.message}` : ""}).`,
    next: options.next,
  };
  return { error, evidence: null };
}
