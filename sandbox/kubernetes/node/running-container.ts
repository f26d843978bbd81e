import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join, normalize } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { type Container, type Handler } from "../objects.ts";
import { type ContainerLog, tailOf } from "./container-log.ts";
import { probeContainer } from "./container-probes.ts";
import { type Target, tryHandler } from "./probes.ts";
import { type Processes } from "./processes.ts";
import { type Program, programFor } from "./program.ts";
import { type Exit, outcomeOf, type Session, type SessionOptions } from "./session.ts";

export type LifeGround = {
  container: Container;
  /** Names the container's processes, unique on the node. */
  id: string;
  podIp: string;
  hostPath: string;
  processes: Processes;
  /** Factor on the waits between probes. */
  scale: number;
  graceSeconds: number;
  say(type: "Normal" | "Warning", reason: string, message: string): void;
  started(): void;
  ready(is: boolean): void;
};
export type Ending = { exit: Exit; reason: string; message: string | undefined };

const MESSAGE_BYTES = 4096;
const FOREVER_MS = 2 ** 31 - 1;

/** One life of a container, from its process's start to its exit: hooks, probes, and commands beside it. */
export class RunningContainer {
  readonly #ground: LifeGround;
  readonly #program: Program;
  readonly #log: ContainerLog;
  readonly #guests = new Set<Session>();
  #outOfMemory = false;
  readonly session: Session;

  static async start(program: Program, log: ContainerLog, ground: LifeGround): Promise<RunningContainer> {
    const { tty, stdin } = ground.container;
    return new RunningContainer(await ground.processes.start(ground.id, program, { tty, stdin }), program, log, ground);
  }

  private constructor(session: Session, program: Program, log: ContainerLog, ground: LifeGround) {
    this.session = session;
    this.#program = program;
    this.#log = log;
    this.#ground = ground;
    session.listen((stream, bytes) => log.write(stream, bytes));
  }

  get container(): Container {
    return this.#ground.container;
  }

  /** Tends the process until it is over: to be called once. */
  async live(): Promise<Ending> {
    const life = new AbortController();
    const living = this.#tend(life.signal);
    const exit = await this.session.exited;
    life.abort();
    for (const guest of this.#guests) guest.kill("SIGKILL");
    await living;
    this.#log.close();
    const reason = this.#outOfMemory ? "OOMKilled" : exit.exitCode === 0 ? "Completed" : "Error";
    return { exit, reason, message: await this.#lastWords(exit) };
  }

  /** The first processes of all that runs here; their descendants belong to the container too. */
  get pids(): number[] {
    return [this.session.pid, ...[...this.#guests].map(({ pid }) => pid)];
  }

  /** Starts a command in the container's place and environment. */
  async exec(command: string[], options: SessionOptions = {}): Promise<Session> {
    const { container, podIp, hostPath, processes, id } = this.#ground;
    const place = { rootfs: this.#program.rootfs, podIp, hostPath, variables: {} };
    const { argv } = programFor({}, { ...container, command, args: [], ports: [] }, place);
    const session = await processes.start(`${id}-${randomUUID()}`, { ...this.#program, argv }, options);
    this.#guests.add(session);
    void session.exited.then(() => this.#guests.delete(session));
    return session;
  }

  /** The kernel's answer to a container that holds more memory than its limit. */
  killForMemory(): void {
    this.#outOfMemory = true;
    this.session.kill("SIGKILL");
  }

  /** preStop, SIGTERM, and SIGKILL when the grace period is over. */
  async stop(graceMs: number): Promise<void> {
    const { container, say } = this.#ground;
    say("Normal", "Killing", `Stopping container ${container.name}`);
    const deadline = new AbortController();
    const hard = wait(graceMs, undefined, { signal: deadline.signal }).then(
      () => this.session.kill("SIGKILL"),
      () => undefined,
    );
    const { preStop } = container.lifecycle ?? {};
    if (preStop !== undefined && graceMs > 0) {
      const hook = this.#hook(preStop, graceMs).then((ok) => {
        if (!ok) say("Warning", "FailedPreStopHook", "PreStopHook failed");
      });
      await Promise.race([hook, hard, this.session.exited]);
    }
    this.session.kill(graceMs > 0 ? "SIGTERM" : "SIGKILL");
    await this.session.exited;
    deadline.abort();
  }

  /** postStart, then the probes, for as long as the process runs. */
  async #tend(signal: AbortSignal): Promise<void> {
    const { container, say, scale, started, ready } = this.#ground;
    const { postStart } = container.lifecycle ?? {};
    if (postStart !== undefined && !(await this.#hook(postStart, FOREVER_MS)) && !signal.aborted) {
      say("Warning", "FailedPostStartHook", "PostStartHook failed");
      this.#kill("FailedPostStartHook", undefined);
      return;
    }
    if (signal.aborted) return;
    await probeContainer(
      container,
      this.#target,
      { signal, scale },
      {
        started,
        ready,
        unhealthy: (probe, graceSeconds) =>
          this.#kill(`Container ${container.name} failed ${probe} probe, will be restarted`, graceSeconds),
        failed: (probe, message) => say("Warning", "Unhealthy", `${probe} probe failed: ${message}`),
      },
    );
  }

  #kill(why: string, graceSeconds = this.#ground.graceSeconds): void {
    this.#ground.say("Normal", "Killing", why);
    this.session.kill("SIGTERM");
    const deadline = setTimeout(() => this.session.kill("SIGKILL"), graceSeconds * 1000);
    void this.session.exited.then(() => clearTimeout(deadline));
  }

  /** What the container left in its terminationMessagePath, or the end of its log where that is asked for. */
  async #lastWords({ exitCode }: Exit): Promise<string | undefined> {
    const { terminationMessagePath = "/dev/termination-log", terminationMessagePolicy } = this.#ground.container;
    const path = join(this.#program.rootfs, normalize(`/${terminationMessagePath}`));
    const left = await readFile(path, "utf8").catch(() => "");
    if (left !== "") return left.slice(0, MESSAGE_BYTES);
    if (terminationMessagePolicy !== "FallbackToLogsOnError" || exitCode === 0) return undefined;
    return tailOf(this.#log.path, { lines: 80, bytes: 2048 });
  }

  async #hook(handler: Handler, graceMs: number): Promise<boolean> {
    if (handler.sleep === undefined) return (await tryHandler(handler, this.#target, graceMs)).ok;
    await wait(Math.min(graceMs, handler.sleep.seconds * 1000 * this.#ground.scale));
    return true;
  }

  get #target(): Target {
    const exec = async (command: string[], timeoutMs: number) => {
      try {
        return await outcomeOf(await this.exec(command), timeoutMs);
      } catch (error) {
        return { exitCode: 126, output: error instanceof Error ? error.message : String(error) };
      }
    };
    return { podIp: this.#ground.podIp, container: this.#ground.container, exec };
  }
}
