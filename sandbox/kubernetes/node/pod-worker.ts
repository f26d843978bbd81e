import { rm } from "node:fs/promises";
import { join } from "node:path";
import { type Recorder } from "../controllers/event-recorder.ts";
import { pods } from "../kinds/index.ts";
import { type Container, type ContainerStatus, type Pod } from "../objects.ts";
import { type Resources } from "../store/resources.ts";
import { type LogPlace } from "./container-log.ts";
import { ContainerRun, type NodeGround, type Policy } from "./container-run.ts";
import { podStatus } from "./pod-status.ts";
import { PodVolumes } from "./pod-volumes.ts";
import { type StorageUse } from "./storage-limits.ts";

export type WorkerGround = NodeGround & {
  resources: Resources;
  record: Recorder;
  address: () => string;
  endpointsLetGo(pod: Pod): Promise<void>;
};

/** How long a pod that is put out has to end (`immediateEvictionGracePeriodSeconds`). */
const EVICTION_GRACE_MS = 1000;

const isSidecar = (container: Container): boolean => container.restartPolicy === "Always";

/** Runs one pod from its binding to its end, and writes its status as it goes. */
export class PodWorker {
  readonly volumes: PodVolumes;
  readonly #ground: WorkerGround;
  readonly #folder: string;
  readonly #init: ContainerRun[];
  readonly #main: ContainerRun[];
  readonly #ip: string;
  readonly #over = new AbortController();
  readonly #running: Promise<void>;
  #pod: Pod;
  #initialised = false;
  #stopped = false;
  /** Why the node has ended the pod by itself. */
  #ended: { reason: string; message: string } | undefined;
  #ending: Promise<void> | undefined;

  constructor(pod: Pod, home: string, ground: WorkerGround) {
    this.#pod = pod;
    this.#ground = ground;
    this.#folder = join(home, "pods", pod.metadata.uid);
    this.volumes = new PodVolumes(ground, join(this.#folder, "volumes"), () => this.#pod, this.#over.signal);
    this.#ip = pod.status.podIP ?? ground.address();
    const run = {
      ground,
      folder: this.#folder,
      pod: () => this.#pod,
      record: (event: Parameters<Recorder>[1]) => ground.record(this.#pod, event),
      changed: () => this.#report(),
    };
    const before = (list: ContainerStatus[] | undefined, name: string) => list?.find((status) => status.name === name);
    const { initContainers = [], containers } = pod.spec;
    this.#init = initContainers.map(
      (container) =>
        new ContainerRun(container, run, before(pod.status.initContainerStatuses, container.name), "PodInitializing"),
    );
    const reason = initContainers.length > 0 ? "PodInitializing" : "ContainerCreating";
    this.#main = containers.map(
      (container) => new ContainerRun(container, run, before(pod.status.containerStatuses, container.name), reason),
    );
    // Not before the constructor is through: the first report comes back as a change of this very pod.
    this.#running = Promise.resolve().then(() => this.#live());
  }

  get pod(): Pod {
    return this.#pod;
  }
  get containers(): readonly ContainerRun[] {
    return [...this.#init, ...this.#main];
  }

  /** The log of a container's present run, when it is open here; else its file is all there is. */
  logOf(container: string): LogPlace | undefined {
    const found = this.containers.find((one) => one.container.name === container);
    return found === undefined
      ? undefined
      : { log: found.log, run: found.restartCount, folder: join(this.#folder, "containers", container) };
  }

  /** Takes note of the pod's newest version: its deletion begins the end. */
  see(pod: Pod): void {
    this.#pod = pod;
    if (pod.metadata.deletionTimestamp !== undefined)
      void this.end((pod.metadata.deletionGracePeriodSeconds ?? 0) * 1000);
  }

  /** Whether the pod has not been told to end. */
  get isActive(): boolean {
    return !this.#over.signal.aborted;
  }

  /** What the pod takes on the node's disk. */
  async storageUse(): Promise<StorageUse> {
    const containers = new Map<string, number>();
    for (const one of this.containers) containers.set(one.container.name, await one.writtenBytes());
    return { volumes: await this.volumes.use(), containers };
  }

  /** Puts the pod out; resolves when nothing of it runs any more. The object stays, failed. */
  async evict(message: string): Promise<void> {
    if (!this.isActive) return;
    this.#ended = { reason: "Evicted", message };
    this.#ground.record(this.#pod, { type: "Warning", reason: "Evicted", message });
    await this.#stopAll(EVICTION_GRACE_MS);
  }

  /** Ends the pod's processes and then the object itself. */
  end(graceMs: number): Promise<void> {
    this.#ending ??= this.#finish(graceMs);
    return this.#ending;
  }

  /** Ends the processes only: the sandbox stops, the pod stays. */
  async halt(): Promise<void> {
    this.#stopped = true;
    await this.#stopAll(1000);
    await this.#running;
  }

  async #finish(graceMs: number): Promise<void> {
    // No new connection may be sent here once the program has been told to stop.
    if (graceMs > 0) await this.#ground.endpointsLetGo(this.#pod);
    await this.#stopAll(graceMs);
    await this.#running;
    this.#stopped = true;
    const { resources } = this.#ground;
    const current = resources.store.get(pods, this.#pod.metadata.namespace, this.#pod.metadata.name);
    if (current?.metadata.uid === this.#pod.metadata.uid) {
      if ((current.metadata.finalizers ?? []).length === 0) resources.remove(pods, current);
      else resources.store.put(pods, { ...current, metadata: { ...current.metadata, deletionGracePeriodSeconds: 0 } });
    }
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** The containers together, then the sidecars in the reverse of their order (KEP-753), within one grace period. */
  async #stopAll(graceMs: number): Promise<void> {
    this.#over.abort();
    const { now } = this.#ground;
    const deadline = now().getTime() + graceMs;
    const left = (): number => (graceMs === 0 ? 0 : Math.max(1, deadline - now().getTime()));
    await Promise.all(this.#main.map((one) => one.stop(graceMs)));
    for (const one of [...this.#init].reverse()) await one.stop(left());
  }

  async #live(): Promise<void> {
    const deadline = this.#keepDeadline();
    this.#report();
    const { restartPolicy } = this.#pod.spec;
    const sidecars: Promise<number>[] = [];
    await this.volumes.mount();
    for (const one of this.#init) {
      if (isSidecar(one.container)) {
        sidecars.push(one.run("Always", this.#ip));
        await one.firstStart;
      } else {
        const policy: Policy = restartPolicy === "Never" ? "Never" : "OnFailure";
        if ((await one.run(policy, this.#ip)) !== 0) break;
      }
    }
    this.#initialised =
      !this.#over.signal.aborted &&
      this.#init.every((one) => isSidecar(one.container) || one.status.state.terminated?.exitCode === 0);
    this.#report();
    if (this.#initialised) await Promise.all(this.#main.map((one) => one.run(restartPolicy, this.#ip)));
    clearTimeout(deadline);
    if (!this.#stopped) await this.#stopAll(this.#pod.spec.terminationGracePeriodSeconds * 1000);
    await Promise.all(sidecars);
    this.#report();
    // What a left-over process of the pod still writes to goes with the pod itself.
    if (!this.#stopped) await this.#tidyUp().catch(() => undefined);
  }

  /** Of a pod that is over nothing is kept but its logs, and of one that was put out not even those. */
  async #tidyUp(): Promise<void> {
    await this.volumes.remove();
    if (this.#ended?.reason === "Evicted") await rm(join(this.#folder, "containers"), { recursive: true, force: true });
  }

  /** A pod with `activeDeadlineSeconds` is stopped and failed when they are over. */
  #keepDeadline(): NodeJS.Timeout | undefined {
    const { activeDeadlineSeconds } = this.#pod.spec;
    if (activeDeadlineSeconds === undefined) return undefined;
    const since = Date.parse(this.#pod.status.startTime ?? this.#ground.now().toISOString());
    const end = since + activeDeadlineSeconds * 1000 - this.#ground.now().getTime();
    return setTimeout(
      () => {
        const message = "Pod was active on the node longer than the specified deadline";
        this.#ended ??= { reason: "DeadlineExceeded", message };
        this.#ground.record(this.#pod, { type: "Normal", reason: "DeadlineExceeded", message });
        void this.#stopAll(this.#pod.spec.terminationGracePeriodSeconds * 1000);
      },
      Math.max(0, end),
    );
  }

  #report(): void {
    if (this.#stopped) return;
    const { resources, now } = this.#ground;
    const current = resources.store.get(pods, this.#pod.metadata.namespace, this.#pod.metadata.name);
    if (current?.metadata.uid !== this.#pod.metadata.uid) return;
    const status = podStatus(current, {
      init: this.#init.map((one) => one.status),
      main: this.#main.map((one) => one.status),
      initialised: this.#initialised,
      ended: this.#ended,
      ip: this.#ip,
      now: now(),
    });
    resources.modify(pods, current, (draft) => (draft.status = status), { manager: "kubelet", subresource: "status" });
  }
}
