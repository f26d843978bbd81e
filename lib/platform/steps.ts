import { z } from "zod";

/** A step of any operation (provision, build, release): a row, shown live, never left once terminal. */
export const STEP_STATES = ["waiting", "running", "done", "failed", "skipped"] as const;
export const stepState = z.enum(STEP_STATES);
export type StepState = z.infer<typeof stepState>;

/** Mirrors lib/platform/errors.ts PublicError, as it is stored in rows and sent to browsers. */
export const publicError = z.object({
  code: z.enum(["not-found", "conflict", "denied", "rate-limited", "unavailable", "invalid"]),
  message: z.string(),
  system: z.string(),
  next: z.string().optional(),
  fields: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});

export const stepView = z.object({
  /** Stable key of the step within its operation; the UI looks its words up by it. */
  name: z.string(),
  state: stepState,
  /** Public facts for the line under the step; values are strings or numbers, keys are message parameters. */
  detail: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).nullable(),
  error: publicError.nullable(),
  attempts: z.number().int(),
  startedAt: z.iso.datetime().nullable(),
  endedAt: z.iso.datetime().nullable(),
});
export type StepView = z.infer<typeof stepView>;

const TERMINAL: ReadonlySet<StepState> = new Set(["done", "failed", "skipped"]);
/** Terminal step states are never left. */
export const isTerminalStep = (state: StepState): boolean => TERMINAL.has(state);
