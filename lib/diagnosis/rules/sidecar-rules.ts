import { found, fromEvent, inContainers, podEvents, type Rule, statusOf } from "../finding-rules.ts";

/** Longer than a proxy that is well takes to be ready. */
const SETTLING_MS = 10_000;

/** A container beside the app's own runs, is not ready, and keeps the whole pod out of its Service. */
export const sidecarRule: Rule = (scene) =>
  inContainers(scene, (pod, container) => {
    const { name, kind, state, ready, startedAt } = container;
    if (kind === "init" || name === scene.container || scene.container === "" || ready || state !== "running")
      return null;
    if (startedAt !== null && scene.now.getTime() - Date.parse(startedAt) < SETTLING_MS) return null;
    const [event] = podEvents(scene, pod, "Unhealthy");
    const proxy = name === "istio-proxy";
    return found({
      rule: "sidecar",
      variant: name,
      message: `The sidecar ${name} of ${pod.name} is not ready, so no traffic reaches the pod.`,
      next: proxy
        ? "See that istiod runs and that the pod may reach it; its log says what it waits for."
        : "Its log says what it waits for.",
      evidence: [...(event ? [fromEvent(event)] : []), statusOf(pod, container, container.reason ?? state)],
      actions: [{ kind: "log", pod: pod.name, container: name, previous: false }],
    });
  });
