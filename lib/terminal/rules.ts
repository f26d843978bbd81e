import { allows, type Subject } from "#lib/access/rules";
import { type TerminalEnd, type TerminalPolicy } from "./schema.ts";

/** A ticket is for the connection that follows at once. */
export const TICKET_SECONDS = 30;
/** So long a terminal waits for somebody to agree, and then for its person to come. */
export const APPROVAL_MINUTES = 30;
/** How often rights, limits and the wish to end are looked at; a right that is taken away may last 5 s at most. */
export const RECHECK_MS = 2_000;
/** A look that takes longer has failed; and so many seconds without one are as bad as a right taken away. */
export const LOOK_DEADLINE_MS = 2_000;
export const BLIND_MS = 10_000;
/** Without a key for so long, nobody is there. */
export const IDLE_MINUTES = 10;
/** More than this at a time is no work but a leak. */
export const MOST_LIVE = 8;
/** A recording ends here, and with it the terminal. */
export const RECORDING_LIMIT_BYTES = 32 * 1024 * 1024;
/** A worker that has not said so for this long no longer holds a terminal. */
export const LOST_MS = 30_000;

/** Production asks why, and for less time. */
const BY_PURPOSE = {
  dev: { mode: "open", limitMinutes: 120 },
  test: { mode: "open", limitMinutes: 120 },
  prod: { mode: "reason", limitMinutes: 15 },
} as const satisfies Record<string, TerminalPolicy>;

export type TerminalEnvironment = {
  purpose: keyof typeof BY_PURPOSE;
  terminalPolicy: TerminalPolicy["mode"] | null;
  terminalMinutes: number | null;
};

/** What an environment asks: what it was given, else what its purpose has. */
export function policyOf({ purpose, terminalPolicy, terminalMinutes }: TerminalEnvironment): TerminalPolicy {
  const usual = BY_PURPOSE[purpose];
  return { mode: terminalPolicy ?? usual.mode, limitMinutes: terminalMinutes ?? usual.limitMinutes };
}

/** The right to a shell, asked before it opens and as long as it is open; the button asks the same. */
export const mayOpenTerminal = (subject: Subject, teamId: string, purpose: TerminalEnvironment["purpose"]): boolean =>
  allows(subject, "app.terminal", teamId) && (purpose !== "prod" || allows(subject, "app.terminal.prod", teamId));

/** Nobody is asked without a reason. */
export const asksWhy = (mode: TerminalPolicy["mode"]): boolean => mode === "reason" || mode === "approval";

/** What a terminal needs of its environment to be open, and to stay so: an approval where one is asked for by now. */
export function isPermitted(environment: TerminalEnvironment, { decidedAt }: { decidedAt: Date | null }): boolean {
  const { mode } = policyOf(environment);
  return mode !== "off" && (mode !== "approval" || decidedAt !== null);
}

/** May they see, replay and end what others opened? One's own, always. */
export const mayReviewTerminals = (subject: Subject, teamId: string): boolean =>
  allows(subject, "app.terminal.review", teamId);

/** What a look at an open terminal finds. */
export type TerminalFacts = {
  endsAt: Date;
  lastInputAt: Date;
  /** Null while the database does not answer. */
  seen: { allowed: boolean; endRequested: boolean } | null;
  lastSeenAt: Date;
};

/** Why an open terminal has to end now; null while it may go on. */
export function whyEnd({ endsAt, lastInputAt, seen, lastSeenAt }: TerminalFacts, now: Date): TerminalEnd | null {
  if (seen !== null && !seen.allowed) return "revoked";
  if (seen?.endRequested) return "killed";
  if (now >= endsAt) return "limit";
  if (now.getTime() - lastInputAt.getTime() >= IDLE_MINUTES * 60_000) return "idle";
  if (seen === null && now.getTime() - lastSeenAt.getTime() >= BLIND_MS) return "unrecorded";
  return null;
}
