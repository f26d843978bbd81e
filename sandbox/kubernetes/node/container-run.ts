import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { timeText } from "../controllers/conditions.ts";
import { type Record as EventRecord } from "../controllers/event-recorder.ts";
import { type Container, type ContainerState, type ContainerStatus, type Pod } from "../objects.ts";
import { type Store } from "../store/store.ts";
import { afterReboot, KILLED } from "./after-reboot.ts";
import { configureContainer } from "./container-config.ts";
import { BACKOFF_MS, fetchImage, LONGEST_BACKOFF_MS } from "./container-image.ts";
import { ContainerLog, forgetOldLogs, logPath } from "./container-log.ts";
import { diskUsage } from "./disk-usage.ts";
import { type NodeImages } from "./images.ts";
import { type Processes } from "./processes.ts";
import { type Program } from "./program.ts";
import { type Ending, RunningContainer } from "./running-container.ts";

export type NodeGround = {
  store: Store;
  images: NodeImages;
  processes: Processes;
  hostPath: string;
  scale: number;
  now: () => Date;
};
export type Run = {
  ground: NodeGround;
  folder: string;
  pod: () => Pod;
  record(event: EventRecord): void;
  changed(): void;
};
export type Policy = "Always" | "OnFailure" | "Never";

const HEALTHY_AFTER_MS = 600_000;

/** One container of a pod over all its restarts: pull, configure, live, wait, back off, again. */
export class ContainerRun {
  readonly container: Container;
  readonly #run: Run;
  readonly #stopping = new AbortController();
  readonly #firstStart = Promise.withResolvers<void>();
  #state: ContainerState;
  #lastState: ContainerState;
  #restartCount: number;
  #ready = false;
  #started = false;
  #imageId = "";
  #id: string | undefined;
  #life: RunningContainer | undefined;
  #log: ContainerLog | undefined;
  #podIp = "";
  /** What the container's files took before it wrote any. */
  #imageBytes = 0;

  constructor(container: Container, run: Run, before: ContainerStatus | undefined, firstReason: string) {
    this.container = container;
    this.#run = run;
    this.#state = { waiting: { reason: firstReason } };
    const { restartCount, lastState } = afterReboot(before, run.ground.now());
    this.#restartCount = restartCount;
    this.#lastState = lastState;
  }

  get log(): ContainerLog | undefined {
    return this.#log;
  }
  get restartCount(): number {
    return this.#restartCount;
  }
  /** The container's present life, while its process runs. */
  get life(): RunningContainer | undefined {
    return this.#life;
  }
  /** Resolves when the container has started for the first time, or is over. */
  get firstStart(): Promise<void> {
    return this.#firstStart.promise;
  }

  /** Bytes that the container has written: into its own files, and as its logs. */
  async writtenBytes(): Promise<number> {
    const own = await diskUsage(this.#rootfs);
    return Math.max(0, own - this.#imageBytes) + (await diskUsage(join(this.#folder, "logs")));
  }

  get status(): ContainerStatus {
    return {
      name: this.container.name,
      state: this.#state,
      lastState: this.#lastState,
      ready: this.#ready,
      restartCount: this.#restartCount,
      image: this.container.image,
      imageID: this.#imageId,
      ...(this.#id === undefined ? {} : { containerID: this.#id }),
      started: this.#started,
    };
  }

  get #folder(): string {
    return join(this.#run.folder, "containers", this.container.name);
  }
  get #rootfs(): string {
    return join(this.#folder, "rootfs");
  }

  /** Runs the container under a restart policy until it ends for good; resolves to its last exit code. */
  async run(policy: Policy, podIp: string): Promise<number> {
    try {
      return await this.#runUntilOver(policy, podIp);
    } finally {
      this.#firstStart.resolve();
    }
  }

  /** Ends the container for good, within its grace period. */
  async stop(graceMs: number): Promise<void> {
    this.#stopping.abort();
    this.#ready = false;
    await this.#life?.stop(graceMs);
  }

  async #runUntilOver(policy: Policy, podIp: string): Promise<number> {
    this.#podIp = podIp;
    const { now, scale } = this.#run.ground;
    const { signal } = this.#stopping;
    for (let crashes = 0; ; ) {
      if (signal.aborted) return KILLED;
      const begun = now().getTime();
      const code = await this.#once();
      if (now().getTime() - begun > HEALTHY_AFTER_MS * scale) crashes = 0;
      if (signal.aborted || policy === "Never" || (policy === "OnFailure" && code === 0)) return code;
      crashes += 1;
      await this.#backOff(crashes).catch(() => undefined);
      if (signal.aborted) return code;
      this.#restartCount += 1;
    }
  }

  /** From nothing to an exit: everything that can go wrong before the start is a waiting state, tried again. */
  async #once(): Promise<number> {
    const startedAt = timeText(this.#run.ground.now());
    const waiting = { say: this.#say.bind(this), become: this.#become.bind(this), pause: this.#pause.bind(this) };
    try {
      const image = await fetchImage(this.container, this.#run.ground, waiting);
      this.#imageId = image.imageId;
      const { ground, pod, folder } = this.#run;
      const own = { rootfs: this.#rootfs, volumes: join(folder, "volumes"), podIp: this.#podIp };
      const { program, imageBytes } = await configureContainer(
        this.container,
        image,
        { ...ground, pod, ...own },
        waiting,
      );
      this.#imageBytes = imageBytes;
      return await this.#execute(program);
    } catch (error) {
      if (this.#stopping.signal.aborted) return KILLED;
      const why = error instanceof Error ? error.message : String(error);
      const message = `failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: ${why}`;
      this.#log?.close();
      this.#say("Warning", "Failed", `Error: ${message}`);
      this.#finish({ exit: { exitCode: 128 }, reason: "StartError", message }, startedAt);
      return 128;
    }
  }

  async #execute(program: Program): Promise<number> {
    const { ground, pod } = this.#run;
    const { signal } = this.#stopping;
    const own = this.#folder;
    forgetOldLogs(own, this.#restartCount);
    this.#log = new ContainerLog(logPath(own, this.#restartCount));
    this.#say("Normal", "Created", "Container created");
    if (signal.aborted) return KILLED;
    const startedAt = timeText(ground.now());
    const life = await RunningContainer.start(program, this.#log, {
      ...ground,
      container: this.container,
      id: `${pod().metadata.uid}-${this.container.name}`,
      podIp: this.#podIp,
      graceSeconds: pod().spec.terminationGracePeriodSeconds,
      say: this.#say.bind(this),
      started: () => {
        this.#started = true;
        this.#firstStart.resolve();
        this.#run.changed();
      },
      ready: (is) => {
        if (this.#ready === is || signal.aborted) return;
        this.#ready = is;
        this.#run.changed();
      },
    });
    this.#id = `containerd://${randomUUID().replaceAll("-", "")}`;
    this.#life = life;
    if (signal.aborted) life.session.kill("SIGKILL");
    this.#say("Normal", "Started", "Container started");
    this.#become({ running: { startedAt } });
    const ending = await life.live();
    this.#life = undefined;
    this.#finish(ending, startedAt);
    return ending.exit.exitCode;
  }

  #finish({ exit, reason, message }: Ending, startedAt: string): void {
    this.#ready = false;
    this.#started = false;
    this.#become({
      terminated: {
        ...exit,
        reason,
        startedAt,
        finishedAt: timeText(this.#run.ground.now()),
        ...(this.#id === undefined ? {} : { containerID: this.#id }),
        ...(message === undefined ? {} : { message }),
      },
    });
  }

  /** The first restart comes at once, each further one after twice the wait. */
  async #backOff(crashes: number): Promise<void> {
    await this.#pause(1000);
    this.#lastState = this.#state;
    if (crashes < 2) return;
    const delay = Math.min(LONGEST_BACKOFF_MS, BACKOFF_MS * 2 ** (crashes - 2));
    const { name, namespace = "", uid } = this.#run.pod().metadata;
    const pod = `${name}_${namespace}(${uid})`;
    const container = this.container.name;
    this.#say("Warning", "BackOff", `Back-off restarting failed container ${container} in pod ${pod}`);
    const message = `back-off ${delay / 1000}s restarting failed container=${container} pod=${pod}`;
    this.#become({ waiting: { reason: "CrashLoopBackOff", message } });
    await this.#pause(delay);
  }

  #say(type: "Normal" | "Warning", reason: string, message: string): void {
    const { name } = this.container;
    const isInit = this.#run.pod().spec.initContainers?.some((each) => each.name === name) === true;
    this.#run.record({ type, reason, message, fieldPath: `spec.${isInit ? "initContainers" : "containers"}{${name}}` });
  }

  #become(state: ContainerState): void {
    this.#state = state;
    this.#run.changed();
  }

  #pause(ms: number): Promise<void> {
    return wait(ms * this.#run.ground.scale, undefined, { signal: this.#stopping.signal });
  }
}
