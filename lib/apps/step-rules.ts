import { z } from "zod";
import { type PublicError } from "#lib/platform/errors";
import { publicError, type StepState, type StepView } from "#lib/platform/steps";

/** A step's row as provision, build and release keep it. */
export type StepRow = {
  name: string;
  state: StepState;
  detail: unknown;
  error: unknown;
  attempts: number;
  startedAt: Date | null;
  endedAt: Date | null;
};

/** What to write; what is absent stays as it is. `error: null` says that the trouble has passed. */
export type StepChange = {
  name: string;
  state?: StepState;
  detail?: Record<string, unknown>;
  error?: PublicError | null;
  attempts?: number;
};

/** A step's new times follow from its new state: begun once, ended once. */
export function stepTimes(state: StepState | undefined, now: Date): { startedAt?: Date; endedAt?: Date | null } {
  switch (state) {
    case "running":
      return { startedAt: now, endedAt: null };
    case "done":
    case "failed":
    case "skipped":
      return { endedAt: now };
    case "waiting":
    case undefined:
      return {};
  }
}

/** Facts for people; what is nested is bookkeeping of the reconcilers and stays inside. */
const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);

/** The public view of a stored step. Whatever a row holds that is not as expected is left out, never guessed. */
export function toStepView(row: StepRow): StepView {
  const detail = z.record(z.string(), z.unknown()).safeParse(row.detail);
  const facts = Object.entries(detail.data ?? {}).flatMap(([key, value]) => {
    const parsed = scalar.safeParse(value);
    return parsed.success ? [[key, parsed.data] as const] : [];
  });
  return {
    name: row.name,
    state: row.state,
    detail: facts.length > 0 ? Object.fromEntries(facts) : null,
    error: publicError.safeParse(row.error).data ?? null,
    attempts: row.attempts,
    startedAt: row.startedAt?.toISOString() ?? null,
    endedAt: row.endedAt?.toISOString() ?? null,
  };
}
