import { type BuildResult, type StageRecord, type StepRecord } from "../model.ts";
import { bindEnvironment } from "./credentials.ts";
import {
  Interrupted,
  type PipelineOutcome,
  type Recorder,
  type RunGround,
  type Scope,
  StepFailure,
} from "./run-state.ts";
import { runSteps } from "./run-steps.ts";
import { type Call, type Pipeline, type Post, type PostCondition, type Stage } from "./syntax-tree.ts";

/** Runs a pipeline to its end: stages in order, those after a failure skipped, then the post conditions. */
export function runPipeline(pipeline: Pipeline, ground: RunGround): Promise<PipelineOutcome> {
  return new PipelineRun(pipeline, ground).run();
}

class PipelineRun {
  readonly #pipeline: Pipeline;
  readonly #ground: RunGround;
  readonly #stages: StageRecord[] = [];
  /** Start, node and its body come first in the graph. */
  #lastNode = 4;
  #result: BuildResult = "SUCCESS";
  #error: string | undefined;

  constructor(pipeline: Pipeline, ground: RunGround) {
    this.#pipeline = pipeline;
    this.#ground = ground;
  }

  async run(): Promise<PipelineOutcome> {
    const { log, workspace, env, stop } = this.#ground;
    let scope: Scope = { env, cwd: workspace, interrupt: stop, record: (name) => this.#record(name) };
    this.#say("Start of Pipeline", "node");
    log.line(`Running on Jenkins in ${workspace}`);
    this.#say("{");
    await this.#guard(() => {
      scope = bindEnvironment(this.#pipeline.environment, scope, this.#ground);
    });
    for (const stage of this.#pipeline.stages) await this.#stage(stage, scope);
    await this.#post(this.#pipeline.post, scope, "Declarative: Post Actions");
    this.#say("}", "// node", "End of Pipeline");
    return { result: this.#result, error: this.#error };
  }

  async #stage(stage: Stage, outer: Scope): Promise<void> {
    await this.#inStage(stage.name, async (record) => {
      if (this.#result !== "SUCCESS") {
        this.#ground.log.line(`Stage "${stage.name}" skipped due to earlier failure(s)`);
        record.status = "NOT_EXECUTED";
        return;
      }
      await this.#guard(async () => {
        const scope = bindEnvironment(stage.environment, outer, this.#ground);
        await runSteps(stage.steps, scope, this.#ground);
      });
      await this.#post(stage.post, outer, undefined);
    });
  }

  /** `title` makes a stage of them, as Jenkins does for the pipeline's own conditions. */
  async #post(post: Post, outer: Scope, title: string | undefined): Promise<void> {
    const applying = ORDER.filter((condition) => applies(condition, this.#result));
    const steps = applying.map((condition) => ({ condition, calls: post.get(condition) })).filter(hasCalls);
    if (steps.length === 0) return;
    const scope = { ...outer, interrupt: this.#ground.kill };
    const run = async () => {
      for (const { condition, calls } of steps) {
        if (title === undefined) this.#ground.log.line(`Post stage (${condition})`);
        await this.#guard(() => runSteps(calls, scope, this.#ground));
      }
    };
    await (title === undefined ? run() : this.#inStage(title, run));
  }

  async #inStage(name: string, work: (record: StageRecord) => Promise<void>): Promise<void> {
    const startTimeMillis = this.#ground.now();
    const before = this.#result;
    const record: StageRecord = {
      id: this.#nextNode(2),
      name,
      status: "IN_PROGRESS",
      startTimeMillis,
      durationMillis: 0,
      steps: [],
    };
    this.#stages.push(record);
    this.#ground.onStages(this.#stages);
    this.#say("stage", `{ (${name})`);
    await work(record);
    this.#say("}", "// stage");
    if (record.status === "IN_PROGRESS") record.status = statusOf(before, this.#result);
    record.durationMillis = this.#ground.now() - startTimeMillis;
    this.#nextNode(2);
    this.#ground.onStages(this.#stages);
  }

  #nextNode(count = 1): string {
    this.#lastNode += count;
    return String(this.#lastNode);
  }

  /** A step is written into the stage that runs; before the first stage none is. */
  #record(name: string): ReturnType<Recorder> {
    const { now, log } = this.#ground;
    const startTimeMillis = now();
    const step: StepRecord = {
      id: this.#nextNode(),
      name,
      status: "IN_PROGRESS",
      startTimeMillis,
      durationMillis: 0,
      logFrom: log.size,
      logTo: null,
    };
    this.#stages.at(-1)?.steps.push(step);
    this.#ground.onStages(this.#stages);
    return (status) => {
      Object.assign(step, { status, durationMillis: now() - startTimeMillis, logTo: log.size });
      this.#ground.onStages(this.#stages);
    };
  }

  /** Turns what a step throws into the build's result; the first error is the one that the console ends with. */
  async #guard(work: () => Promise<void> | void): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (error instanceof Interrupted) this.#result = "ABORTED";
      else if (error instanceof StepFailure) {
        this.#error ??= error.message;
        if (this.#result === "SUCCESS") this.#result = "FAILURE";
      } else throw error;
    }
  }

  #say(...lines: string[]): void {
    for (const line of lines) this.#ground.log.line(`[Pipeline] ${line}`);
  }
}

const ORDER: PostCondition[] = [
  "always",
  "changed",
  "aborted",
  "failure",
  "success",
  "unstable",
  "unsuccessful",
  "cleanup",
];

function applies(condition: PostCondition, result: BuildResult): boolean {
  switch (condition) {
    case "always":
    case "cleanup":
      return true;
    case "success":
      return result === "SUCCESS";
    case "failure":
      return result === "FAILURE";
    case "aborted":
      return result === "ABORTED";
    case "unsuccessful":
      return result !== "SUCCESS";
    case "changed":
    case "unstable":
      return false;
  }
}

function hasCalls(entry: {
  condition: PostCondition;
  calls: Call[] | undefined;
}): entry is { condition: PostCondition; calls: Call[] } {
  return entry.calls !== undefined;
}

function statusOf(before: BuildResult, after: BuildResult): StageRecord["status"] {
  if (after === before || after === "SUCCESS") return "SUCCESS";
  return after === "ABORTED" ? "ABORTED" : "FAILED";
}
