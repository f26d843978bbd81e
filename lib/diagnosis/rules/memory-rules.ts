import { printBytes } from "#lib/apps/quantity-rules";
import { type SeenContainer } from "#lib/clusters/container-rules";
import { type SeenPod } from "#lib/clusters/pod-rules";
import { found, inContainers, type Rule, restartsWord, statusOf } from "../finding-rules.ts";
import { type Scene, type SeenUsage } from "../scene-schema.ts";
import { type Evidence } from "../schema.ts";
import { CRASHES_THAT_DECIDE, logEvidence, wasOutOfMemory } from "./end-rules.ts";

/** How long a kill that it has recovered from is still told. */
const RECENT_MS = 60 * 60_000;

/** It holds more than it may. */
export const memoryRule: Rule = (scene) =>
  inContainers(scene, (pod, container) => {
    if (!wasOutOfMemory(container) || isLongAgo(container, scene.now)) return null;
    const { name, restarts, memoryLimitBytes: limit, ready } = container;
    const usage = peakOf(scene, pod, container);
    const peak = usage ? `, ${printed(usage.memoryBytes)} at its peak` : "";
    const more = limit === null ? null : printBytes(limit * 2);
    return found({
      rule: "memory",
      variant: "out-of-memory",
      level: ready ? "warn" : "fail",
      decisive: !ready && restarts >= CRASHES_THAT_DECIDE,
      message:
        limit === null
          ? `${name} in ${pod.name} was ended because its node had no memory left (${restartsWord(restarts)}).`
          : `${name} in ${pod.name} was ended for holding more than its ${printBytes(limit)} of memory${peak} (${restartsWord(restarts)}).`,
      next:
        more === null
          ? "Give it a request for memory, so that a node with room is chosen."
          : `Raise its memory limit, to ${more} for example, or find out what uses it.`,
      evidence: [
        statusOf(pod, container, `OOMKilled, exit code ${container.lastExitCode ?? container.exitCode ?? 137}`),
        ...(usage ? [measured(pod, container, usage)] : []),
        ...logEvidence(scene, pod, container),
      ],
      actions: [
        { kind: "settings", section: "size", field: "resources.memoryLimitBytes" },
        { kind: "log", pod: pod.name, container: name, previous: true },
      ],
    });
  });

const isLongAgo = ({ ready, lastFinishedAt }: SeenContainer, now: Date): boolean =>
  ready && lastFinishedAt !== null && now.getTime() - Date.parse(lastFinishedAt) > RECENT_MS;

const peakOf = (scene: Scene, pod: SeenPod, container: SeenContainer): SeenUsage | undefined =>
  scene.usage
    .filter((one) => one.pod === pod.name && one.container === container.name)
    .sort((a, b) => b.memoryBytes - a.memoryBytes)[0];

const measured = (pod: SeenPod, { name, memoryLimitBytes: limit }: SeenContainer, usage: SeenUsage): Evidence => ({
  system: usage.by === "Prometheus" ? "prometheus" : "kubernetes",
  source: "metrics",
  object: `Pod/${pod.name} · ${name}`,
  text: `${printed(usage.memoryBytes)}${limit === null ? "" : ` / ${printBytes(limit)}`} (${usage.by})`,
  at: usage.at.toISOString(),
  count: 1,
});

const printed = (bytes: number): string => `${Math.round(bytes / 1024 ** 2)}Mi`;
