import { isTerminalStep, type StepState } from "#lib/platform/steps";
import { RELEASE_STEPS, type ReleaseState } from "./schema.ts";

export type ReleaseStepName = (typeof RELEASE_STEPS)[number];

/** Every allowed change of state; a state without a successor is terminal and is never left. */
const SUCCESSORS: Record<ReleaseState, readonly ReleaseState[]> = {
  pending: ["applying", "aborting", "failed", "superseded"],
  applying: ["rolling_out", "aborting", "failed", "superseded"],
  rolling_out: ["verifying", "aborting", "failed", "superseded"],
  verifying: ["done", "aborting", "failed", "superseded"],
  aborting: ["aborted", "failed", "superseded"],
  done: [],
  failed: [],
  aborted: [],
  superseded: [],
};

export const isTerminal = (state: ReleaseState): boolean => SUCCESSORS[state].length === 0;
export const mayBecome = (from: ReleaseState, to: ReleaseState): boolean => SUCCESSORS[from].includes(to);
/** A rollout can be held until its pods are all there; what is only being verified or wound up cannot. */
export const PAUSABLE: readonly ReleaseState[] = ["pending", "applying", "rolling_out"];
export const IN_FLIGHT: readonly ReleaseState[] = ["pending", "applying", "rolling_out", "verifying", "aborting"];

/** The state that a release is in while this step is the first that is not over. */
const STATE_OF_STEP = {
  check: "pending",
  apply: "applying",
  rollout: "rolling_out",
  verify: "verifying",
} as const satisfies Record<ReleaseStepName, ReleaseState>;

/** State after `finished` is done: that of the next step, or done. */
export function stateAfter(finished: ReleaseStepName): ReleaseState {
  const next = RELEASE_STEPS[RELEASE_STEPS.indexOf(finished) + 1];
  return next ? STATE_OF_STEP[next] : "done";
}

/** What the reconciler has to do with a release: nothing, wind it up, or work on one step. */
export type Task = { do: "nothing" } | { do: "abort" } | { do: "step"; step: ReleaseStepName };

export function nextTask(row: { state: ReleaseState; steps: { name: string; state: StepState }[] }): Task {
  if (isTerminal(row.state)) return { do: "nothing" };
  if (row.state === "aborting") return { do: "abort" };
  const over = new Set(row.steps.filter((s) => isTerminalStep(s.state)).map((s) => s.name));
  const step = RELEASE_STEPS.find((name) => !over.has(name));
  return step ? { do: "step", step } : { do: "nothing" };
}
