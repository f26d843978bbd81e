import { type SeenContainer } from "#lib/clusters/container-rules";
import { type SeenPod } from "#lib/clusters/pod-rules";
import { found, fromEvent, inContainers, inPods, podEvents, type Rule, seenIn, statusOf } from "../finding-rules.ts";
import { type Evidence, type Finding } from "../schema.ts";

const CREATING = ["CreateContainerConfigError", "CreateContainerError"];

/** A ConfigMap, Secret or claim that the pod names is not there, or lacks a key; or its container cannot be made. */
export const configRule: Rule = (scene) => [
  ...inContainers(scene, (pod, container) =>
    container.reason !== null && CREATING.includes(container.reason) ? notCreated(pod, container) : null,
  ),
  ...inPods(scene.pods, (pod) => {
    // A pod that is past its mounts has them, whatever was said before.
    if (pod.ready || pod.containers.some(({ state, kind }) => state === "running" && kind !== "sidecar")) return null;
    const mount = podEvents(scene, pod, "FailedMount").find(({ message }) => missingIn(message));
    const missing = mount ? missingIn(mount.message) : missingIn(pod.nodeName === null ? (pod.message ?? "") : "");
    if (!missing) return null;
    const evidence = mount
      ? fromEvent(mount)
      : seenIn({ source: "status", object: `Pod/${pod.name}`, text: pod.message ?? "" });
    return absent(pod.name, pod.name, missing, evidence);
  }),
];

function notCreated(pod: SeenPod, container: SeenContainer): Finding {
  const text = container.message ?? container.reason ?? "";
  const missing = missingIn(text);
  const who = `${container.name} in ${pod.name}`;
  if (missing) return absent(pod.name, who, missing, statusOf(pod, container, text));
  return found({
    rule: "config",
    variant: "not-created",
    code: "invalid",
    decisive: true,
    message: `The container ${container.name} cannot be created: ${text}.`,
    next: "Correct what the message names, then release again.",
    evidence: [statusOf(pod, container, text)],
    actions: [{ kind: "settings", section: "start", field: null }, { kind: "rollback" }],
  });
}

type Missing = { kind: string; name: string; key: string | null };

/** `configmap "x" not found`, `couldn't find key k in Secret ns/x`, `references non-existent config key: k` (the kubelet's words). */
function missingIn(text: string): Missing | null {
  const object = /\b(configmap|secret|persistentvolumeclaim|serviceaccount)s? "([^"]+)" not found/i.exec(text);
  if (object) return { kind: KIND_NAMES[(object[1] ?? "").toLowerCase()] ?? "", name: object[2] ?? "", key: null };
  const key = /couldn't find key (\S+) in (ConfigMap|Secret) [^/\s]+\/(\S+?)\.?$/i.exec(text);
  if (key) return { kind: key[2] ?? "", name: key[3] ?? "", key: key[1] ?? "" };
  const path = /volume "([^"]+)"\s*: references non-existent (?:config|secret) key: (\S+)/.exec(text);
  return path ? { kind: "volume", name: path[1] ?? "", key: path[2] ?? "" } : null;
}

const KIND_NAMES: Record<string, string> = {
  configmap: "ConfigMap",
  secret: "Secret",
  persistentvolumeclaim: "PersistentVolumeClaim",
  serviceaccount: "ServiceAccount",
};

function absent(pod: string, who: string, { kind, name, key }: Missing, evidence: Evidence): Finding {
  const isClaim = kind === "PersistentVolumeClaim";
  return found({
    rule: "config",
    variant: `${kind} ${name} ${key ?? ""}`.trim(),
    code: "not-found",
    // Somebody may be about to make a claim or a key; a container that cannot be configured has always counted as over.
    decisive: evidence.source === "status" && !isClaim,
    message:
      key === null
        ? `${who} needs the ${kind} ${name}, which is not there.`
        : `${who} needs the key ${key} of the ${kind} ${name}, which is not there.`,
    next: isClaim
      ? "Make that claim, or name one that is there; the pod goes on by itself then."
      : "Make it, or correct its name where the service asks for it, then release again.",
    evidence: [evidence],
    actions: [
      isClaim
        ? { kind: "settings", section: "storage", field: "volumes" }
        : { kind: "settings", section: "start", field: null },
      { kind: "rollback" },
      { kind: "ask" },
    ],
    pods: [pod],
  });
}
