import { z } from "zod";
import { isTerminalStep, type StepState } from "#lib/platform/steps";
import { PROVISION_STEPS } from "./schema.ts";

export type ProvisionStepName = (typeof PROVISION_STEPS)[number];
type Step = { name: string; state: StepState };

/** What the provision reconciler does next: the first step that has not ended, or nothing more. */
export function nextProvisionStep(steps: readonly Step[]): ProvisionStepName | "ready" | "failed" {
  for (const name of PROVISION_STEPS) {
    const state = steps.find((step) => step.name === name)?.state ?? "waiting";
    if (state === "failed") return "failed";
    if (!isTerminalStep(state)) return name;
  }
  return "ready";
}

/** A retry takes up the failed step and those after it; what is done stays done. */
export const stepsToRetry = (steps: readonly Step[]): string[] =>
  steps.filter((step) => step.state === "failed").map((step) => step.name);

/** Waits between attempts at a system that does not answer: 1, 2, 4 … 30 s. */
export const retryAfterMs = (attempts: number): number => Math.min(30_000, 500 * 2 ** Math.min(attempts, 6));

const pause = z.object({ notBefore: z.iso.datetime() });

/** What a step keeps of a failure that has set a time before which it must not be tried again, whoever wakes it. */
export const pauseOf = (retryAfter: number | undefined, now: Date): z.infer<typeof pause> | undefined =>
  retryAfter === undefined ? undefined : { notBefore: new Date(now.getTime() + retryAfter).toISOString() };

/** How long that time is still away; 0 when there is none, or it is over. */
export function pauseLeftMs(detail: unknown, now: Date): number {
  const kept = pause.safeParse(detail);
  return kept.success ? Math.max(0, Date.parse(kept.data.notBefore) - now.getTime()) : 0;
}
