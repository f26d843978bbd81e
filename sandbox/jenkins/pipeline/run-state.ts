import { type ConsoleLog } from "../console-log.ts";
import { type BuildResult, type Credential, type StageRecord, type StepRecord } from "../model.ts";

/** A step went wrong; the message is the `ERROR:` line of the console. */
export class StepFailure extends Error {}

/** Someone stopped the build. */
export class Interrupted extends Error {}

/** What a running pipeline is given. */
export type RunGround = {
  log: ConsoleLog;
  parameters: Map<string, string>;
  /** Environment of the agent, of the build (BUILD_NUMBER …) and its parameters. */
  env: Record<string, string>;
  workspace: string;
  credential: (id: string) => Credential | undefined;
  /** Aborted by "stop": steps end, post conditions still run. */
  stop: AbortSignal;
  /** Aborted by "term" and "kill": post conditions end too. */
  kill: AbortSignal;
  now: () => number;
  onStages: (stages: StageRecord[]) => void;
};

/** Writes a step down as it begins; what is returned is told how it ended. */
export type Recorder = (name: string) => (status: StepRecord["status"]) => void;

/** What holds at one point of the script. */
export type Scope = { env: Record<string, string>; cwd: string; interrupt: AbortSignal; record: Recorder };

export type PipelineOutcome = { result: BuildResult; error: string | undefined };
