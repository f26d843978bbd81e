import { isTerminalStep, type StepState } from "#lib/platform/steps";
import { RELEASE_STATES, RELEASE_STEPS, type ReleaseState } from "./schema.ts";

export type ReleaseStepName = (typeof RELEASE_STEPS)[number];

/** Every allowed change of state; a state without a successor is terminal and is never left. */
const SUCCESSORS: Record<ReleaseState, readonly ReleaseState[]> = {
  pending: ["canary", "applying", "aborting", "failed", "superseded"],
  canary: ["applying", "aborting", "failed", "superseded"],
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
export const PAUSABLE: readonly ReleaseState[] = ["pending", "canary", "applying", "rolling_out"];
export const IN_FLIGHT: readonly ReleaseState[] = RELEASE_STATES.filter((state) => !isTerminal(state));

/** The state that a release is in while this step is the first that is not over. */
const STATE_OF_STEP = {
  check: "pending",
  canary: "canary",
  apply: "applying",
  rollout: "rolling_out",
  verify: "verifying",
} as const satisfies Record<ReleaseStepName, ReleaseState>;

/** The steps of a release: only one that is tried first has all of them. */
export const stepsOf = ({ canary }: { canary: unknown }): ReleaseStepName[] =>
  RELEASE_STEPS.filter((name) => name !== "canary" || canary !== null);

/** State after `finished` is done: that of the next step, or done. */
export function stateAfter(finished: ReleaseStepName, steps: readonly ReleaseStepName[]): ReleaseState {
  const next = steps[steps.indexOf(finished) + 1];
  return next ? STATE_OF_STEP[next] : "done";
}

/** Is a failure in this step followed by a rollback? Before "apply" nothing of the cluster was touched: then there is nothing to go back from. */
export const isRolledBack = (release: { rollbackOnFailure: boolean }, failedIn: ReleaseStepName): boolean =>
  release.rollbackOnFailure && failedIn !== "check";

/** What the reconciler has to do with a release: nothing, wind it up, or work on one step. */
export type Task = { do: "nothing" } | { do: "abort" } | { do: "step"; step: ReleaseStepName };

export function nextTask(row: { state: ReleaseState; steps: { name: string; state: StepState }[] }): Task {
  if (isTerminal(row.state)) return { do: "nothing" };
  if (row.state === "aborting") return { do: "abort" };
  const open = new Set(row.steps.filter((s) => !isTerminalStep(s.state)).map((s) => s.name));
  const step = RELEASE_STEPS.find((name) => open.has(name));
  return step ? { do: "step", step } : { do: "nothing" };
}
