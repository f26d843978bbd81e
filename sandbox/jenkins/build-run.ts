import { appendFile, mkdir, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { type Agent } from "./agent.ts";
import { ConsoleLog } from "./console-log.ts";
import { type Build, type BuildResult, type Credential } from "./model.ts";
import { parsePipeline } from "./pipeline/parse-pipeline.ts";
import { runPipeline } from "./pipeline/run-pipeline.ts";
import { type PipelineOutcome } from "./pipeline/run-state.ts";
import { describeScriptError, ScriptError } from "./pipeline/script-error.ts";

export type BuildRunOptions = {
  job: string;
  /** The stored record; stages, result and duration are written into it. */
  build: Build;
  script: string;
  workspace: string;
  agent: Agent;
  logPath: string;
  rootUrl: string;
  credential: (id: string) => Credential | undefined;
  now: () => number;
  /** State changed, and will be on disk soon; or is on disk when the promise resolves. */
  changed: () => void;
  save: () => Promise<void>;
};

/** One run of a job's pipeline, from "Started by" to "Finished:". */
export class BuildRun {
  readonly #options: BuildRunOptions;
  readonly #stop = new AbortController();
  readonly #kill = new AbortController();
  #log: ConsoleLog | undefined;

  constructor(options: BuildRunOptions) {
    this.#options = options;
  }

  /** Ends the running step; post conditions still run. */
  stop(): void {
    if (this.#stop.signal.aborted) return;
    this.#log?.line("Aborted by admin");
    this.#log?.line("Sending interrupt signal to process");
    this.#stop.abort();
  }

  /** Ends post conditions as well. */
  kill(): void {
    this.stop();
    this.#kill.abort();
  }

  async run(): Promise<void> {
    const { build, logPath, now, changed, save, workspace } = this.#options;
    await mkdir(workspace, { recursive: true });
    // What a killed `docker build` left of its stages.
    await rm(`${workspace}@tmp`, { recursive: true, force: true });
    const log = await ConsoleLog.open(logPath);
    this.#log = log;
    for (const { secret, value } of build.parameters) if (secret) log.hide(value);
    log.line("Started by user admin");
    let result: BuildResult = "FAILURE";
    try {
      const outcome = await this.#interpret(log);
      result = outcome.result;
      if (outcome.error !== undefined)
        log.line(
          outcome.error.startsWith("java.") || outcome.error.startsWith("groovy.")
            ? outcome.error
            : `ERROR: ${outcome.error}`,
        );
    } finally {
      log.line(`Finished: ${result}`);
      await log.close();
      await rm(`${workspace}@tmp`, { recursive: true, force: true });
      build.durationMs = Math.max(1, now() - build.startedAt);
      // A secret is of no use any more once the build has ended: who sees its end finds none on disk.
      for (const parameter of build.parameters) if (parameter.secret) parameter.value = "";
      await save();
      build.result = result;
      changed();
    }
  }

  async #interpret(log: ConsoleLog): Promise<PipelineOutcome> {
    const { build, script, workspace, credential, now, changed } = this.#options;
    try {
      const pipeline = parsePipeline(script);
      const parameters = new Map(build.parameters.map(({ name, value }) => [name, value]));
      return await runPipeline(pipeline, {
        log,
        parameters,
        env: { ...(await this.#environment()), ...Object.fromEntries(parameters) },
        workspace,
        credential,
        stop: this.#stop.signal,
        kill: this.#kill.signal,
        now,
        onStages: (stages) => {
          build.stages = structuredClone(stages);
          changed();
        },
      });
    } catch (error) {
      if (!(error instanceof ScriptError)) throw error;
      log.line(describeScriptError(error, script));
      return { result: "FAILURE", error: undefined };
    }
  }

  /** https://www.jenkins.io/doc/book/pipeline/jenkinsfile/#using-environment-variables */
  async #environment(): Promise<Record<string, string>> {
    const { job, build, workspace, agent, rootUrl } = this.#options;
    const jobUrl = `${rootUrl}/job/${job.split("/").map(encodeURIComponent).join("/job/")}/`;
    return {
      ...(await agent.environment(workspace)),
      WORKSPACE: workspace,
      WORKSPACE_TMP: `${workspace}@tmp`,
      BUILD_NUMBER: String(build.number),
      BUILD_ID: String(build.number),
      BUILD_TAG: `jenkins-${job.replaceAll("/", "-")}-${build.number}`,
      BUILD_URL: `${jobUrl}${build.number}/`,
      JOB_NAME: job,
      JOB_BASE_NAME: job.split("/").at(-1) ?? job,
      JOB_URL: jobUrl,
      JENKINS_URL: `${rootUrl}/`,
      EXECUTOR_NUMBER: "0",
      NODE_NAME: "built-in",
      CI: "true",
    };
  }
}

/** Adds lines to a console outside of a run. */
export async function appendLines(path: string, ...lines: string[]): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await appendFile(path, lines.map((line) => `${line}\n`).join(""));
}
