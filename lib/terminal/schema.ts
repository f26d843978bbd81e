import { z } from "zod";
import { publicError } from "#lib/platform/steps";

/** Why a terminal ended (prisma/schema/terminal.prisma says what each means). */
export const TERMINAL_ENDS = [
  "exited",
  "closed",
  "unused",
  "declined",
  "failed",
  "broken",
  "idle",
  "limit",
  "revoked",
  "killed",
  "recording_full",
  "unrecorded",
  "lost",
] as const;
export const terminalEnd = z.enum(TERMINAL_ENDS);
export type TerminalEnd = z.infer<typeof terminalEnd>;

const columns = z.number().int().min(2).max(1000);
const rows = z.number().int().min(1).max(1000);

export const openTerminalInput = z.object({
  app: z.string(),
  environmentId: z.uuid(),
  pod: z.string().min(1).max(253),
  container: z.string().min(1).max(63),
  reason: z.string().trim().max(500).nullable(),
  columns,
  rows,
});
export type OpenTerminalInput = z.infer<typeof openTerminalInput>;

export const terminalTicket = z.object({
  id: z.uuid(),
  /** Where the WebSocket is, on our own origin. */
  path: z.string(),
  /** Goes with the WebSocket's protocols; good for one connection, within TICKET_SECONDS. */
  ticket: z.string(),
});
export type TerminalTicket = z.infer<typeof terminalTicket>;

/** A ticket at once; or, where somebody else has to agree first, what has been asked. */
export const openTerminalResult = z.discriminatedUnion("state", [
  terminalTicket.extend({ state: z.literal("opening") }),
  z.object({ state: z.literal("waiting"), id: z.uuid() }),
]);
export type OpenTerminalResult = z.infer<typeof openTerminalResult>;

/** What somebody else says to a terminal that waits for it. */
export const decideTerminalInput = z.object({ app: z.string(), id: z.uuid(), agree: z.boolean() });

/** What an environment may ask of whoever opens a terminal in it (prisma/schema/terminal.prisma), the strictest last. */
export const TERMINAL_MODES = ["open", "reason", "approval", "off"] as const;
export const MOST_LIMIT_MINUTES = 24 * 60;
export const terminalPolicy = z.object({
  mode: z.enum(TERMINAL_MODES),
  limitMinutes: z.number().int().min(1).max(MOST_LIMIT_MINUTES),
});
export type TerminalPolicy = z.infer<typeof terminalPolicy>;

/** Null: as the environment's purpose has it. */
export const setTerminalPolicyInput = z.object({ id: z.uuid(), policy: terminalPolicy.nullable() });

export const terminalView = z.object({
  id: z.uuid(),
  environment: z.string(),
  pod: z.string(),
  container: z.string(),
  command: z.array(z.string()),
  by: z.string().nullable(),
  /** Opened by whoever asks. */
  own: z.boolean(),
  address: z.string().nullable(),
  reason: z.string().nullable(),
  state: z.enum(["waiting", "opening", "open", "ended"]),
  /** Until when it waits for somebody to agree, or for its person to come. */
  waitsUntil: z.iso.datetime().nullable(),
  /** Who agreed or declined, and when; null while nobody has, and where nobody has to. */
  decidedBy: z.string().nullable(),
  decidedAt: z.iso.datetime().nullable(),
  requestedAt: z.iso.datetime(),
  startedAt: z.iso.datetime().nullable(),
  endedAt: z.iso.datetime().nullable(),
  endReason: terminalEnd.nullable(),
  /** Who ended it from outside. */
  endedBy: z.string().nullable(),
  exitCode: z.number().int().nullable(),
  error: publicError.nullable(),
  recordedBytes: z.number().int(),
});
export type TerminalView = z.infer<typeof terminalView>;

export const listTerminalsInput = z.object({
  app: z.string(),
  environment: z.string().max(80),
  page: z.coerce.number().int().min(1).max(10_000).default(1),
  pageSize: z.coerce.number().int().min(1).max(100).default(25),
});
export const listTerminalsResult = z.object({
  policy: terminalPolicy,
  rows: z.array(terminalView),
  total: z.number().int(),
});
export type ListTerminalsResult = z.infer<typeof listTerminalsResult>;

/** Text messages of the WebSocket; binary ones are what is typed and what is written. */
export const terminalClientMessage = z.object({ type: z.literal("resize"), columns, rows });
export const terminalServerMessage = z.discriminatedUnion("type", [
  /** The shell runs; it ends at `endsAt`, or after so long without a key. */
  z.object({ type: z.literal("ready"), endsAt: z.iso.datetime(), idleMinutes: z.number() }),
  z.object({
    type: z.literal("ended"),
    reason: terminalEnd,
    exitCode: z.number().int().nullable(),
    error: publicError.nullable(),
  }),
]);
export type TerminalServerMessage = z.infer<typeof terminalServerMessage>;

/** The WebSocket's protocols (RFC 6455, 1.9): ours, and the ticket under this head, so that it stands in no address. */
export const TERMINAL_PROTOCOL = "kepler.terminal.v1";
export const TICKET_PROTOCOL = "ticket.";
