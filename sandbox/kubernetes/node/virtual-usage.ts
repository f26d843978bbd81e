import { pods } from "../kinds/index.ts";
import { parseQuantity } from "../kinds/quantity.ts";
import { type Container, type Pod } from "../objects.ts";
import { type Resources } from "../store/resources.ts";
import { type ContainerUsage, type NodeUsage, type PodUsage, type UsageSource } from "./usage.ts";
import { isVirtual } from "./virtual-node.ts";

const WINDOW_S = 15;
const WAVE_S = 600;
const TURN = 2 * Math.PI;

/** Invented figures for pods without processes: around a third of what they ask for, in a slow wave of their own. */
export function virtualUsage({ store, now }: Resources): UsageSource {
  const running = (isWanted: (pod: Pod) => boolean): Pod[] =>
    store.list(pods).filter((pod) => isWanted(pod) && pod.status.phase === "Running" && isVirtual(store, pod));
  const measured = (isWanted: (pod: Pod) => boolean = () => true): PodUsage[] =>
    running(isWanted).map((pod) => ({
      pod,
      at: now(),
      windowSeconds: WINDOW_S,
      containers: pod.spec.containers.map((container) => invent(pod, container, now())),
    }));
  return {
    pods: measured,
    nodes: () => {
      const nodes = new Map<string, NodeUsage>();
      for (const { pod, at, containers } of measured()) {
        const name = pod.spec.nodeName ?? "";
        const node = nodes.get(name) ?? { name, at, windowSeconds: WINDOW_S, cpuCores: 0, memoryBytes: 0 };
        node.cpuCores += containers.reduce((sum, one) => sum + one.cpuCores, 0);
        node.memoryBytes += containers.reduce((sum, one) => sum + one.memoryBytes, 0);
        nodes.set(name, node);
      }
      return [...nodes.values()];
    },
  };
}

/** What a container's figures are made of. A stored object never changes in place, so it is read once. */
type Habit = { phase: number; startedAt: number; meanCores: number; memoryBytes: number };
const habits = new WeakMap<Container, Habit>();

function invent(pod: Pod, container: Container, now: Date): ContainerUsage {
  const habit = habits.get(container) ?? habitOf(pod, container);
  habits.set(container, habit);
  const { phase, startedAt, meanCores, memoryBytes } = habit;
  const seconds = (now.getTime() - startedAt) / 1000;
  const angle = (seconds / WAVE_S) * TURN + phase;
  return {
    name: container.name,
    cpuCores: meanCores * (1 + Math.sin(angle) / 2),
    // The integral of the rate, so that a counter's increase agrees with it.
    cpuSeconds: meanCores * (seconds + ((WAVE_S / TURN) * (Math.cos(phase) - Math.cos(angle))) / 2),
    memoryBytes,
  };
}

function habitOf({ metadata, status }: Pod, { resources }: Container): Habit {
  const asked = (what: string, otherwise: number): number =>
    parseQuantity(resources?.requests?.[what] ?? "") ?? otherwise;
  const phase = (Number.parseInt(metadata.uid.slice(0, 8), 16) / 0xffff_ffff) * TURN;
  return {
    phase,
    startedAt: Date.parse(status.startTime ?? metadata.creationTimestamp),
    meanCores: asked("cpu", 0.1) / 3,
    memoryBytes: Math.round(asked("memory", 128 * 1024 ** 2) * (0.5 + Math.sin(phase) / 10)),
  };
}
