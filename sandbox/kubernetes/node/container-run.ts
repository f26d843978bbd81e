import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { timeText } from "../controllers/conditions.ts";
import { type Record as EventRecord } from "../controllers/event-recorder.ts";
import {
  type Container,
  type ContainerState,
  type ContainerStatus,
  type Handler,
  type Pod,
  type Probe,
} from "../objects.ts";
import { type Store } from "../store/store.ts";
import { ContainerLog, forgetOldLogs, logPath } from "./container-log.ts";
import { ConfigError, environmentOf, expand } from "./environment.ts";
import { copyRootfs, type NodeImage, type NodeImages } from "./images.ts";
import { tryHandler, watchProbe } from "./probes.ts";
import { type Exit, type Processes, type Running, runCommand } from "./processes.ts";
import { type Program, programFor } from "./program.ts";
import { mountVolumes, writeVolumes } from "./volumes.ts";

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

const BACKOFF_MS = 10_000;
const LONGEST_BACKOFF_MS = 300_000;
const HEALTHY_AFTER_MS = 600_000;

/** One container of a pod over all its restarts: pull, configure, start, probe, wait, back off, again. */
export class ContainerRun {
  readonly container: Container;
  readonly #run: Run;
  readonly #stopping = new AbortController();
  #state: ContainerState;
  #lastState: ContainerState = {};
  #restartCount: number;
  #ready = false;
  #started = false;
  #imageId = "";
  #id: string | undefined;
  #process: Running | undefined;
  #program: Program | undefined;
  #log: ContainerLog | undefined;
  #podIp = "";

  constructor(container: Container, run: Run, before: ContainerStatus | undefined, firstReason: string) {
    this.container = container;
    this.#run = run;
    this.#state = { waiting: { reason: firstReason } };
    // Whatever ran before this sandbox started is gone now: a restart, as after a node's reboot.
    const ran = before?.state.running ?? before?.state.terminated ?? before?.lastState.terminated;
    this.#restartCount = before === undefined ? 0 : before.restartCount + (ran === undefined ? 0 : 1);
    if (before?.state.terminated !== undefined) this.#lastState = { terminated: before.state.terminated };
    else if (before?.state.running !== undefined)
      this.#lastState = {
        terminated: {
          exitCode: 137,
          reason: "Error",
          startedAt: before.state.running.startedAt,
          finishedAt: timeText(run.ground.now()),
          containerID: before.containerID,
        },
      };
  }

  get log(): ContainerLog | undefined {
    return this.#log;
  }
  get restartCount(): number {
    return this.#restartCount;
  }
  get isStarted(): boolean {
    return this.#started;
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

  /** Runs the container under a restart policy until it ends for good; resolves to its last exit code. */
  async run(policy: Policy, podIp: string): Promise<number> {
    this.#podIp = podIp;
    const { signal } = this.#stopping;
    for (let crashes = 0; ; ) {
      if (signal.aborted) return 137;
      const begun = this.#run.ground.now().getTime();
      const exit = await this.#once();
      if (this.#run.ground.now().getTime() - begun > HEALTHY_AFTER_MS * this.#run.ground.scale) crashes = 0;
      if (signal.aborted || policy === "Never" || (policy === "OnFailure" && exit.exitCode === 0)) return exit.exitCode;
      crashes += 1;
      await this.#backOff(crashes).catch(() => undefined);
      if (signal.aborted) return exit.exitCode;
      this.#restartCount += 1;
    }
  }

  /** preStop, SIGTERM, and SIGKILL when the grace period is over. */
  async stop(graceMs: number): Promise<void> {
    const running = this.#process;
    this.#stopping.abort();
    if (running === undefined) return;
    this.#ready = false;
    this.#say("Normal", "Killing", `Stopping container ${this.container.name}`);
    const deadline = new AbortController();
    const hard = wait(graceMs, undefined, { signal: deadline.signal }).then(
      () => running.kill("SIGKILL"),
      () => undefined,
    );
    const { preStop } = this.container.lifecycle ?? {};
    if (preStop !== undefined && graceMs > 0) await Promise.race([this.#hook(preStop, graceMs), hard, running.exited]);
    running.kill(graceMs > 0 ? "SIGTERM" : "SIGKILL");
    await running.exited;
    deadline.abort();
  }

  #say(type: "Normal" | "Warning", reason: string, message: string): void {
    this.#run.record({ type, reason, message, fieldPath: `spec.containers{${this.container.name}}` });
  }

  #become(state: ContainerState): void {
    this.#state = state;
    this.#run.changed();
  }

  #pause(ms: number): Promise<void> {
    return wait(ms * this.#run.ground.scale, undefined, { signal: this.#stopping.signal });
  }

  /** From nothing to an exit: everything that can go wrong before the start is a waiting state, tried again. */
  async #once(): Promise<Exit> {
    const startedAt = timeText(this.#run.ground.now());
    try {
      const image = await this.#fetchImage();
      const program = await this.#configure(image);
      return await this.#execute(program);
    } catch (error) {
      if (this.#stopping.signal.aborted) return { exitCode: 137 };
      const message = error instanceof Error ? error.message : String(error);
      this.#log?.close();
      this.#say("Warning", "Failed", `Error: ${message}`);
      this.#finish({ exitCode: 128 }, "StartError", startedAt, message);
      return { exitCode: 128 };
    }
  }

  async #fetchImage(): Promise<NodeImage> {
    const { image, imagePullPolicy = "IfNotPresent" } = this.container;
    const { images } = this.#run.ground;
    for (let failures = 0; ; ) {
      const problem = await this.#pull(imagePullPolicy).then(
        () => undefined,
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      );
      const found = problem === undefined ? await images.open(image) : undefined;
      if (found !== undefined) {
        this.#imageId = found.imageId;
        return found;
      }
      const [first, later] =
        imagePullPolicy === "Never" ? ["ErrImageNeverPull", "ErrImageNeverPull"] : ["ErrImagePull", "ImagePullBackOff"];
      const message = problem ?? `Container image "${image}" is not present with pull policy of Never`;
      this.#say(
        "Warning",
        "Failed",
        imagePullPolicy === "Never" ? message : `Failed to pull image "${image}": ${message}`,
      );
      this.#say("Warning", "Failed", `Error: ${first}`);
      this.#become({ waiting: { reason: first, message } });
      await this.#pause(1000);
      this.#say("Normal", "BackOff", `Back-off pulling image "${image}"`);
      this.#become({ waiting: { reason: later, message: `Back-off pulling image "${image}": ${first}: ${message}` } });
      await this.#pause(Math.min(LONGEST_BACKOFF_MS, BACKOFF_MS * 2 ** failures));
      failures += 1;
    }
  }

  async #pull(policy: "Always" | "IfNotPresent" | "Never"): Promise<void> {
    const { image } = this.container;
    const { images, now } = this.#run.ground;
    if (!(await images.mustPull(image, policy))) {
      if (policy !== "Never") this.#say("Normal", "Pulled", `Container image "${image}" already present on machine`);
      return;
    }
    this.#say("Normal", "Pulling", `Pulling image "${image}"`);
    const begun = now().getTime();
    await images.pull(image);
    this.#say("Normal", "Pulled", `Successfully pulled image "${image}" in ${now().getTime() - begun}ms`);
  }

  async #configure(image: NodeImage): Promise<Program> {
    const { ground, folder } = this.#run;
    for (;;) {
      const pod = this.#run.pod();
      try {
        const variables = {
          ...environmentOf(ground.store, pod, this.container),
          HOSTNAME: pod.spec.hostname ?? pod.metadata.name,
        };
        await writeVolumes(ground.store, pod, join(folder, "volumes"));
        const rootfs = join(folder, "containers", this.container.name, "rootfs");
        await copyRootfs(image, rootfs);
        await mountVolumes(pod, this.container, join(folder, "volumes"), rootfs);
        const words = (list: string[] | undefined) => list?.map((word) => expand(word, variables));
        const expanded = {
          ...this.container,
          command: words(this.container.command),
          args: words(this.container.args),
        };
        return programFor(image.config, expanded, { rootfs, podIp: this.#podIp, hostPath: ground.hostPath, variables });
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        this.#say("Warning", "Failed", `Error: ${error.message}`);
        this.#become({ waiting: { reason: "CreateContainerConfigError", message: error.message } });
        await this.#pause(2000);
      }
    }
  }

  async #execute(program: Program): Promise<Exit> {
    const { ground, folder, pod } = this.#run;
    const own = join(folder, "containers", this.container.name);
    forgetOldLogs(own, this.#restartCount);
    this.#log = new ContainerLog(logPath(own, this.#restartCount));
    this.#program = program;
    this.#say("Normal", "Created", `Created container: ${this.container.name}`);
    if (this.#stopping.signal.aborted) return { exitCode: 137 };
    const startedAt = timeText(ground.now());
    const running = await ground.processes.start(`${pod().metadata.uid}-${this.container.name}`, program, this.#log);
    this.#id = `containerd://${randomUUID().replaceAll("-", "")}`;
    this.#process = running;
    if (this.#stopping.signal.aborted) running.kill("SIGKILL");
    this.#say("Normal", "Started", `Started container ${this.container.name}`);
    this.#started = this.container.startupProbe === undefined;
    this.#ready = this.#started && this.container.readinessProbe === undefined;
    this.#become({ running: { startedAt } });

    const probing = new AbortController();
    const probes = this.#probe(probing.signal, running);
    const exit = await running.exited;
    probing.abort();
    await probes;
    this.#process = undefined;
    this.#finish(exit, exit.exitCode === 0 ? "Completed" : "Error", startedAt);
    return exit;
  }

  #finish(exit: Exit, reason: string, startedAt: string, message?: string): void {
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
    this.#say(
      "Warning",
      "BackOff",
      `Back-off restarting failed container ${this.container.name} in pod ${name}_${namespace}(${uid})`,
    );
    const message = `back-off ${delay / 1000}s restarting failed container=${this.container.name} pod=${name}_${namespace}(${uid})`;
    this.#become({ waiting: { reason: "CrashLoopBackOff", message } });
    await this.#pause(delay);
  }

  /** Startup first; then readiness moves `ready`, and a failed liveness (or startup) ends the process. */
  async #probe(signal: AbortSignal, running: Running): Promise<void> {
    const { startupProbe, livenessProbe, readinessProbe } = this.container;
    if (startupProbe !== undefined) {
      const done = new AbortController();
      await this.#watch("Startup", startupProbe, AbortSignal.any([signal, done.signal]), (ok) => {
        this.#started = ok;
        this.#ready = ok && readinessProbe === undefined;
        done.abort();
        if (!ok) this.#killUnhealthy("startup", running);
        this.#run.changed();
      });
      if (!this.#started) return;
    }
    await Promise.all([
      readinessProbe === undefined
        ? undefined
        : this.#watch("Readiness", readinessProbe, signal, (ok) => {
            if (this.#ready === ok || this.#stopping.signal.aborted) return;
            this.#ready = ok;
            this.#run.changed();
          }),
      livenessProbe === undefined
        ? undefined
        : this.#watch("Liveness", livenessProbe, signal, (ok) =>
            ok ? undefined : this.#killUnhealthy("liveness", running),
          ),
    ]);
  }

  #watch(name: string, probe: Probe, signal: AbortSignal, decided: (ok: boolean) => void): Promise<void> {
    const { scale } = this.#run.ground;
    return watchProbe(
      probe,
      this.#target,
      { scale, signal, eager: name === "Readiness" },
      { decided, failed: ({ message }) => this.#say("Warning", "Unhealthy", `${name} probe failed: ${message}`) },
    );
  }

  #killUnhealthy(which: string, running: Running): void {
    this.#say("Normal", "Killing", `Container ${this.container.name} failed ${which} probe, will be restarted`);
    running.kill("SIGTERM");
    const grace = this.#run.pod().spec.terminationGracePeriodSeconds * 1000;
    const deadline = setTimeout(() => running.kill("SIGKILL"), grace);
    void running.exited.then(() => clearTimeout(deadline));
  }

  async #hook(handler: Handler, graceMs: number): Promise<void> {
    if (handler.sleep !== undefined)
      await wait(Math.min(graceMs, handler.sleep.seconds * 1000 * this.#run.ground.scale));
    else await tryHandler(handler, this.#target, graceMs);
  }

  get #target() {
    const { container } = this;
    const exec = (command: string[], timeoutMs: number) => {
      const program = this.#program;
      if (program === undefined) return Promise.resolve({ exitCode: 126, output: "container not running" });
      const place = {
        rootfs: program.env.KEPLER_ROOTFS ?? program.cwd,
        podIp: this.#podIp,
        hostPath: this.#run.ground.hostPath,
        variables: {},
      };
      const { argv } = programFor({}, { ...container, command, args: [], ports: [] }, place);
      return runCommand(argv, { cwd: program.cwd, env: program.env, timeoutMs });
    };
    return { podIp: this.#podIp, container, exec };
  }
}
