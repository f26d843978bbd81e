import { type PublicError } from "#lib/platform/errors";

/** What a call to a system came to. An answer that we do not like is still an answer: only silence and refusal are "down". */
export type CallOutcome = { ok: true } | { ok: false; error: PublicError };

export type SystemStanding = {
  state: "up" | "down";
  since: Date;
  lastOkAt: Date | null;
  checkedAt: Date;
  reason: string | null;
};

const isDown = (outcome: CallOutcome): boolean =>
  !outcome.ok && (outcome.error.code === "unavailable" || outcome.error.code === "denied");

/** The standing after one more call: `since` moves only when the state does. */
export function standingAfter(before: SystemStanding | null, outcome: CallOutcome, now: Date): SystemStanding {
  const state = isDown(outcome) ? "down" : "up";
  return {
    state,
    since: before?.state === state ? before.since : now,
    lastOkAt: state === "up" ? now : (before?.lastOkAt ?? null),
    checkedAt: now,
    reason: state === "down" && !outcome.ok ? outcome.error.message : null,
  };
}

/** Would people see a difference? */
export const isNews = (before: SystemStanding | null, after: SystemStanding): boolean =>
  before?.state !== after.state || before.reason !== after.reason;

/** A standing that says the same is written no more often than this: reconcilers call many times a second. */
const FRESH_MS = 5_000;
export const isStale = (before: SystemStanding | null, now: Date): boolean =>
  before === null || now.getTime() - before.checkedAt.getTime() >= FRESH_MS;
