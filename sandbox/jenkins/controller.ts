import { rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Logger } from "pino";
import { type DurableState } from "../platform/state.ts";
import { type Agent } from "./agent.ts";
import { enqueue, forgetOldItems, judge, type Load, type QueueVerdict } from "./build-queue.ts";
import { appendLines, BuildRun } from "./build-run.ts";
import { type JobConfig, parseJobConfig } from "./job-config.ts";
import { type Build, type Credential, type JenkinsState, type Job, type Parameter, type QueueItem } from "./model.ts";

export const EXECUTORS = 2;

export type ControllerOptions = {
  state: DurableState<JenkinsState>;
  home: string;
  agent: Agent;
  logger: Logger;
  /** Root address of this Jenkins, without a slash at the end; known once it listens. */
  rootUrl: () => string;
  now: () => number;
};

interface Running {
  job: string;
  build: Build;
  run: BuildRun;
  slot: number;
  ended: Promise<void>;
}

/** Holds jobs, the queue and the running builds. What it was told is on disk before its promises resolve. */
export class Controller {
  readonly #options: ControllerOptions;
  readonly #running = new Map<string, Running>();
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(options: ControllerOptions) {
    this.#options = options;
  }

  get state(): JenkinsState {
    return this.#options.state.data;
  }

  get rootUrl(): string {
    return this.#options.rootUrl();
  }

  now(): number {
    return this.#options.now();
  }

  save(): Promise<void> {
    return this.#options.state.flush();
  }

  /** Builds that ran when the process died cannot go on: they end as ABORTED, and their consoles say so. */
  async resume(): Promise<void> {
    for (const [name, job] of Object.entries(this.state.jobs)) {
      for (const build of job.builds.filter((each) => each.result === null)) {
        build.result = "ABORTED";
        build.durationMs = this.now() - build.startedAt;
        for (const node of build.stages.flatMap((stage) => [stage, ...stage.steps]))
          if (node.status === "IN_PROGRESS") node.status = "ABORTED";
        await appendLines(
          this.logPath(name, build.number),
          "Resuming build after Jenkins restarted",
          "ERROR: Jenkins stopped while this build ran; it cannot be resumed",
          "Finished: ABORTED",
        );
      }
    }
    await this.save();
    this.schedule();
  }

  job(name: string): Job | undefined {
    return Object.hasOwn(this.state.jobs, name) ? this.state.jobs[name] : undefined;
  }

  /** The parsed configuration; it parsed when it was stored. */
  config(name: string): JobConfig | undefined {
    const job = this.job(name);
    return job === undefined ? undefined : parseJobConfig(job.configXml);
  }

  async putJob(name: string, configXml: string): Promise<void> {
    const job = this.job(name);
    if (job === undefined) this.state.jobs[name] = { configXml, nextBuildNumber: 1, builds: [] };
    else job.configXml = configXml;
    await this.save();
  }

  /** Deletes a job, or a folder with all in it: what runs is stopped, what waits is cancelled. */
  async deleteJob(name: string): Promise<void> {
    const names = Object.keys(this.state.jobs).filter((each) => each === name || each.startsWith(`${name}/`));
    for (const each of names) {
      for (const item of this.state.queue) if (item.job === each && item.leftAt === null) item.leftAt = this.now();
      for (const [key, { run, ended }] of this.#running) {
        if (!key.startsWith(`${each}#`)) continue;
        run.kill();
        await ended;
      }
      delete this.state.jobs[each];
      await rm(this.#jobFolder(each), { recursive: true, force: true });
      await this.wipeWorkspaces(each);
    }
    this.state.credentials = this.state.credentials.filter(({ folder }) => !names.includes(folder));
    await this.save();
  }

  async wipeWorkspaces(job: string): Promise<void> {
    for (let slot = 0; slot < EXECUTORS; slot += 1)
      await rm(this.#options.agent.workspace(job, slot), { recursive: true, force: true });
  }

  /** Gives a job, or a folder with all in it, another name; false while something of it runs or waits. */
  async renameJob(from: string, to: string): Promise<boolean> {
    const isBelow = (name: string) => name === from || name.startsWith(`${from}/`);
    const isBusy = [...this.running, ...this.state.queue.filter((item) => item.leftAt === null)];
    if (isBusy.some(({ job }) => isBelow(job))) return false;
    const moved = (name: string) => (isBelow(name) ? to + name.slice(from.length) : name);
    this.state.jobs = Object.fromEntries(Object.entries(this.state.jobs).map(([name, job]) => [moved(name), job]));
    for (const each of this.state.credentials) each.folder = moved(each.folder);
    for (const item of this.state.queue) item.job = moved(item.job);
    await rename(this.#jobFolder(from), this.#jobFolder(to)).catch(() => undefined);
    await this.save();
    return true;
  }

  async enqueue(job: string, parameters: Parameter[], delayMs: number): Promise<{ item: QueueItem; isNew: boolean }> {
    const now = this.now();
    const result = enqueue(this.state, { job, parameters, now, dueAt: now + delayMs });
    await this.save();
    this.schedule();
    return result;
  }

  /** False when the item is not in the queue (any more). */
  async cancel(id: number): Promise<boolean> {
    const item = this.state.queue.find((each) => each.id === id && each.leftAt === null);
    if (item === undefined) return false;
    item.leftAt = this.now();
    await this.save();
    return true;
  }

  verdict(item: QueueItem): QueueVerdict {
    return judge(item, this.#load(), this.now());
  }

  runOf(job: string, number: number): BuildRun | undefined {
    return this.#running.get(`${job}#${number}`)?.run;
  }

  /** What the executors work on. */
  get running(): { job: string; build: Build }[] {
    return [...this.#running.values()];
  }

  /** A credential that a job may use: of the nearest folder above it, in the end of the system. */
  credentialFor(job: string, id: string): Credential | undefined {
    const folders = job.split("/").map((_, depth, names) => names.slice(0, -1 - depth).join("/"));
    for (const folder of folders) {
      const found = this.state.credentials.find((each) => each.folder === folder && each.id === id);
      if (found) return found;
    }
    return undefined;
  }

  logPath(job: string, number: number): string {
    return join(this.#jobFolder(job), "builds", String(number), "log");
  }

  async deleteBuild(job: string, number: number): Promise<void> {
    const stored = this.job(job);
    if (stored === undefined || this.runOf(job, number) !== undefined) return;
    stored.builds = stored.builds.filter((build) => build.number !== number);
    await rm(join(this.logPath(job, number), ".."), { recursive: true, force: true });
    await this.save();
  }

  /** Ends all that runs; the builds end as interrupted ones do. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    const ends = [...this.#running.values()].map(({ run, ended }) => {
      run.kill();
      return ended;
    });
    await Promise.all(ends);
    await this.save();
  }

  /** Starts what is due and can run, and looks again when the next quiet period ends. */
  schedule(): void {
    if (this.#stopped) return;
    clearTimeout(this.#timer);
    const now = this.now();
    forgetOldItems(this.state, now);
    for (const item of this.state.queue) if (judge(item, this.#load(), now) === "ready") this.#start(item);
    const waiting = this.state.queue.filter((item) => item.leftAt === null && item.dueAt > now);
    const next = Math.min(...waiting.map((item) => item.dueAt));
    if (waiting.length > 0) this.#timer = setTimeout(() => this.schedule(), Math.max(1, next - now));
  }

  #start(item: QueueItem): void {
    const job = this.job(item.job);
    const config = this.config(item.job);
    item.leftAt = this.now();
    if (job === undefined || config?.kind !== "pipeline") return;
    const number = job.nextBuildNumber;
    job.nextBuildNumber += 1;
    item.build = number;
    const build: Build = {
      number,
      queueId: item.id,
      parameters: item.parameters,
      startedAt: this.now(),
      durationMs: 0,
      result: null,
      stages: [],
    };
    job.builds.push(build);
    const slot = this.#freeSlot(item.job);
    const run = new BuildRun({
      job: item.job,
      build,
      script: config.script,
      workspace: this.#options.agent.workspace(item.job, slot),
      agent: this.#options.agent,
      logPath: this.logPath(item.job, number),
      rootUrl: this.rootUrl,
      credential: (id) => this.credentialFor(item.job, id),
      now: () => this.now(),
      changed: () => this.#options.state.changed(),
      save: () => this.save(),
    });
    const key = `${item.job}#${number}`;
    const ended = this.save()
      .then(() => run.run())
      .catch((err: unknown) => this.#options.logger.error({ err, build: key }, "a build broke the sandbox"))
      .then(() => this.#finish(item.job, key, config.buildsToKeep));
    this.#running.set(key, { job: item.job, build, run, slot, ended });
  }

  async #finish(job: string, key: string, buildsToKeep: number | undefined): Promise<void> {
    this.#running.delete(key);
    const stored = this.job(job);
    const old = buildsToKeep === undefined ? [] : (stored?.builds.slice(0, -buildsToKeep) ?? []);
    for (const { number } of old) await this.deleteBuild(job, number);
    await this.save();
    this.schedule();
  }

  #load(): Load {
    return {
      runningOf: (job) => [...this.#running.keys()].filter((key) => key.startsWith(`${job}#`)).length,
      freeExecutors: EXECUTORS - this.#running.size,
      isConcurrent: (job) => {
        const config = this.config(job);
        return config?.kind !== "pipeline" || config.concurrent;
      },
    };
  }

  /** The lowest workspace number that no running build of this job has. */
  #freeSlot(job: string): number {
    const taken = new Set([...this.#running].filter(([key]) => key.startsWith(`${job}#`)).map(([, { slot }]) => slot));
    return [0, 1, 2].find((slot) => !taken.has(slot)) ?? 0;
  }

  #jobFolder(name: string): string {
    return join(
      this.#options.home,
      "jobs",
      ...name.split("/").flatMap((part, i) => (i === 0 ? [part] : ["jobs", part])),
    );
  }
}
