import { rm } from "node:fs/promises";
import { join } from "node:path";

import { type Recorder } from "../controllers/event-recorder.ts";
import { pods } from "../kinds/index.ts";
import { type Container, type ContainerStatus, type Pod } from "../objects.ts";
import { type Resources } from "../store/resources.ts";
import { type ContainerLog } from "./container-log.ts";
import { ContainerRun, type NodeGround, type Policy } from "./container-run.ts";
import { podStatus } from "./pod-status.ts";

export type WorkerGround = NodeGround & {
  resources: Resources;
  record: Recorder;
  address: () => string;
  endpointsLetGo(pod: Pod): Promise<void>;
};

const isSidecar = (container: Container): boolean => container.restartPolicy === "Always";

/** Runs one pod from its binding to its end, and writes its status as it goes. */
export class PodWorker {
  readonly #ground: WorkerGround;
  readonly #folder: string;
  readonly #init: ContainerRun[];
  readonly #main: ContainerRun[];
  readonly #ip: string;
  #pod: Pod;
  #initialised = false;
  #stopped = false;
  #ending: Promise<void> | undefined;
  readonly #running: Promise<void>;

  constructor(pod: Pod, home: string, ground: WorkerGround) {
    this.#pod = pod;
    this.#ground = ground;
    this.#folder = join(home, "pods", pod.metadata.uid);
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

  /** The log of a container's present run, when it is open here; else its file is all there is. */
  logOf(container: string): { log: ContainerLog | undefined; run: number; folder: string } | undefined {
    const found = [...this.#init, ...this.#main].find((one) => one.container.name === container);
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

  async #stopAll(graceMs: number): Promise<void> {
    await Promise.all(this.#main.map((one) => one.stop(graceMs)));
    await Promise.all(this.#init.map((one) => one.stop(graceMs)));
  }

  async #live(): Promise<void> {
    this.#report();
    const { restartPolicy } = this.#pod.spec;
    const sidecars: Promise<number>[] = [];
    for (const one of this.#init) {
      if (isSidecar(one.container)) sidecars.push(one.run("Always", this.#ip));
      else {
        const policy: Policy = restartPolicy === "Never" ? "Never" : "OnFailure";
        if ((await one.run(policy, this.#ip)) !== 0) break;
      }
    }
    this.#initialised = this.#init.every(
      (one) => isSidecar(one.container) || one.status.state.terminated?.exitCode === 0,
    );
    this.#report();
    if (this.#initialised) await Promise.all(this.#main.map((one) => one.run(restartPolicy, this.#ip)));
    if (!this.#stopped) await Promise.all(this.#init.map((one) => one.stop(2000)));
    await Promise.all(sidecars);
    this.#report();
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
      ip: this.#ip,
      now: now(),
    });
    resources.modify(pods, current, (draft) => (draft.status = status), { manager: "kubelet", subresource: "status" });
  }
}
