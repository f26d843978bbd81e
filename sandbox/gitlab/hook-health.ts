import { type Hook } from "./model.ts";

// A hook that keeps failing is left alone for longer and longer, in the end for ever: app/models/concerns/web_hooks/auto_disabling.rb
const TOLERATED_FAILURES = 3;
const LAST_FAILURE = 40;
const FIRST_BACKOFF_MS = 60_000;
const LONGEST_BACKOFF_MS = 24 * 60 * 60_000;

type Health = Pick<Hook, "recentFailures" | "disabledUntil">;

export type AlertStatus = "executable" | "temporarily_disabled" | "disabled";

export function alertStatus(health: Health, now: Date): AlertStatus {
  if (health.recentFailures >= LAST_FAILURE) return "disabled";
  const waits = health.disabledUntil !== null && new Date(health.disabledUntil) >= now;
  return waits && health.recentFailures > TOLERATED_FAILURES ? "temporarily_disabled" : "executable";
}

export const afterSuccess = (): Health => ({ recentFailures: 0, disabledUntil: null });

/** The fourth failure in a row starts a back-off of a minute that doubles up to a day; the fortieth disables the hook. */
export function afterFailure(health: Health, now: Date): Health {
  if (alertStatus(health, now) !== "executable") return health;
  const recentFailures = Math.min(health.recentFailures + 1, LAST_FAILURE);
  if (recentFailures <= TOLERATED_FAILURES) return { recentFailures, disabledUntil: health.disabledUntil };
  const backoffMs = Math.min(FIRST_BACKOFF_MS * 2 ** (health.recentFailures - TOLERATED_FAILURES), LONGEST_BACKOFF_MS);
  return { recentFailures, disabledUntil: new Date(now.getTime() + backoffMs).toISOString() };
}
