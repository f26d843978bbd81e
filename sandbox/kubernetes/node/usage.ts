import { cpus, freemem, totalmem } from "node:os";
import { parseQuantity } from "../kinds/quantity.ts";
import { type Container, type Pod } from "../objects.ts";
import { type PodWorker } from "./pod-worker.ts";
import { ProcessTable } from "./process-table.ts";
import { type RunningContainer } from "./running-container.ts";

/** The kernel's account of a container that has a CPU limit: tenths of a second that it ran in, and in which it had to wait. */
export type CfsPeriods = { all: number; throttled: number };
/** `cpuSeconds` counts from the container's start; `cpuCores` is the rate over the last window. */
export type ContainerUsage = {
  name: string;
  cpuSeconds: number;
  cpuCores: number;
  memoryBytes: number;
  /** Undefined without a limit. */
  periods?: CfsPeriods;
};
export type PodUsage = { pod: Pod; at: Date; windowSeconds: number; containers: ContainerUsage[] };
export type NodeUsage = { name: string; at: Date; windowSeconds: number; cpuCores: number; memoryBytes: number };

/**
 * What runs here and what it uses: for metrics.k8s.io, the autoscaler and Prometheus. Pods too young to have a rate are left
 * out, and those that nobody asked for are not measured.
 */
export type UsageSource = { pods(isWanted?: (pod: Pod) => boolean): PodUsage[]; nodes(): NodeUsage[] };

type Reading = { at: number; cpuSeconds: number };
/** `since` began the window that is being measured, `last` is what the one before it came to. */
type Meter = {
  since: Reading;
  last?: Reading & { cpuCores: number; windowSeconds: number };
  memoryBytes: number;
  periods?: CfsPeriods;
};

const WINDOW_MS = 5000;
/** How soon a container that outgrows its limit is noticed. */
const LIMIT_CHECK_MS = 500;

/** Measures the containers of a node by their processes, and ends those that hold more memory than they may. */
export class UsageMeter implements UsageSource {
  readonly #nodeName: string;
  readonly #workers: () => Iterable<PodWorker>;
  readonly #now: () => Date;
  readonly #windowMs: number;
  readonly #meters = new Map<RunningContainer, Meter>();
  #machine: { at: number; busy: number; cores: number };
  #timer: NodeJS.Timeout;

  constructor(nodeName: string, workers: () => Iterable<PodWorker>, options: { now: () => Date; scale: number }) {
    this.#nodeName = nodeName;
    this.#workers = workers;
    this.#now = options.now;
    this.#windowMs = WINDOW_MS * Math.max(0.1, options.scale);
    this.#machine = { at: this.#now().getTime(), busy: busySeconds(), cores: 0 };
    this.#timer = setTimeout(() => this.#measure(), LIMIT_CHECK_MS).unref();
  }

  pods(isWanted: (pod: Pod) => boolean = () => true): PodUsage[] {
    return [...this.#workers()].flatMap((worker) => {
      if (!isWanted(worker.pod)) return [];
      const running = worker.containers.flatMap(({ life }) => life ?? []);
      const measured = running.flatMap((life) => {
        const { last, memoryBytes, periods } = this.#meters.get(life) ?? {};
        return last === undefined || memoryBytes === undefined
          ? []
          : [{ name: life.container.name, last, memoryBytes, periods }];
      });
      const [first] = measured;
      if (first === undefined || measured.length < running.length) return [];
      const containers = measured.map(({ name, last: { cpuSeconds, cpuCores }, memoryBytes, periods }) => {
        return { name, cpuSeconds, cpuCores, memoryBytes, periods };
      });
      return [{ pod: worker.pod, at: new Date(first.last.at), windowSeconds: first.last.windowSeconds, containers }];
    });
  }

  /** The node is this machine, so all that runs on it counts. */
  nodes(): NodeUsage[] {
    const { at, cores } = this.#machine;
    const memoryBytes = totalmem() - freemem();
    return [
      { name: this.#nodeName, at: new Date(at), windowSeconds: this.#windowMs / 1000, cpuCores: cores, memoryBytes },
    ];
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #measure(): void {
    const at = this.#now().getTime();
    const running = [...this.#workers()].flatMap((worker) => worker.containers).flatMap(({ life }) => life ?? []);
    const limited = running.some(({ container }) => container.resources?.limits?.memory !== undefined);
    const table = running.length === 0 ? undefined : new ProcessTable();
    for (const life of running) {
      const usage = table?.usageOf(life.pids);
      if (usage === undefined) continue;
      this.#note(life, { at, ...usage });
      const limit = parseQuantity(life.container.resources?.limits?.memory ?? "");
      if (limit !== undefined && usage.memoryBytes > limit) life.killForMemory();
    }
    for (const life of this.#meters.keys()) if (!running.includes(life)) this.#meters.delete(life);
    if (at - this.#machine.at >= this.#windowMs) {
      const busy = busySeconds();
      this.#machine = { at, busy, cores: ((busy - this.#machine.busy) * 1000) / (at - this.#machine.at) };
    }
    const next = limited ? Math.min(LIMIT_CHECK_MS, this.#windowMs) : this.#windowMs;
    this.#timer = setTimeout(() => this.#measure(), next).unref();
  }

  #note(life: RunningContainer, { at, cpuSeconds, memoryBytes }: Reading & { memoryBytes: number }): void {
    const meter = this.#meters.get(life);
    if (meter === undefined) {
      this.#meters.set(life, { since: { at, cpuSeconds }, memoryBytes });
      return;
    }
    meter.memoryBytes = memoryBytes;
    const windowSeconds = (at - meter.since.at) / 1000;
    if (windowSeconds * 1000 < this.#windowMs) return;
    // Time of a process that nobody waited for is lost with it; a counter never goes back.
    const counted = Math.max(cpuSeconds, meter.since.cpuSeconds);
    const cpuCores = (counted - meter.since.cpuSeconds) / windowSeconds;
    meter.last = { at, cpuSeconds: counted, cpuCores, windowSeconds };
    meter.periods = periodsAfter(meter.periods, life.container, { cpuCores, windowSeconds });
    meter.since = { at, cpuSeconds: counted };
  }
}

/** CFS's default (https://docs.kernel.org/scheduler/sched-bwc.html). */
const PERIOD_S = 0.1;

/**
 * Nothing holds a process to its limit here. One that used more is counted as it would have been: having had to wait in
 * each period of that window.
 */
function periodsAfter(
  before: CfsPeriods | undefined,
  { resources }: Container,
  { cpuCores, windowSeconds }: { cpuCores: number; windowSeconds: number },
): CfsPeriods | undefined {
  const limit = parseQuantity(resources?.limits?.cpu ?? "");
  if (limit === undefined) return undefined;
  const { all, throttled } = before ?? { all: 0, throttled: 0 };
  if (cpuCores === 0) return { all, throttled };
  const ran = Math.round(windowSeconds / PERIOD_S);
  return { all: all + ran, throttled: throttled + (cpuCores > limit ? ran : 0) };
}

const busySeconds = (): number =>
  cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0) / 1000;
