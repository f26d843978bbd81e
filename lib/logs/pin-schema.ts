import { z } from "zod";

/** As many lines as can be kept together, and as much text. */
export const MOST_PINNED_LINES = 2_000;
export const MOST_PINNED_CHARACTERS = 1_000_000;

const time = z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{9}Z$/);

export const pinLogInput = z.object({
  app: z.string(),
  environmentId: z.uuid(),
  /** The app's own otherwise. */
  container: z.string().min(1).max(63).optional(),
  reason: z.string().trim().min(1).max(500),
  /** In the order in which they are to be kept. */
  lines: z
    .array(z.object({ pod: z.string().min(1).max(253), at: time, text: z.string().max(300_000) }))
    .min(1)
    .max(MOST_PINNED_LINES)
    .refine((lines) => lines.reduce((sum, { text }) => sum + text.length, 0) <= MOST_PINNED_CHARACTERS, {
      error: "tooMuch",
    }),
});
export type PinLogInput = z.infer<typeof pinLogInput>;
export const pinLogResult = z.object({ id: z.uuid() });

/** Lines kept as evidence: who, when and why. */
export const pinnedLogHead = z.object({
  id: z.uuid(),
  environment: z.string(),
  container: z.string(),
  pods: z.array(z.string()),
  reason: z.string(),
  by: z.string().nullable(),
  pinnedAt: z.iso.datetime(),
  fromAt: z.iso.datetime(),
  untilAt: z.iso.datetime(),
  lineCount: z.number().int(),
  sha256: z.string(),
  confirmed: z.boolean(),
});
export type PinnedLogHead = z.infer<typeof pinnedLogHead>;
/** `text` is what `sha256` is of: "time pod line", a line each. */
export const pinnedLogView = pinnedLogHead.extend({ text: z.string() });
export const listPinnedLogsInput = z.object({
  app: z.string(),
  environment: z.string().max(80),
  page: z.coerce.number().int().min(1).max(10_000).default(1),
  pageSize: z.coerce.number().int().min(1).max(100).default(25),
});
export const listPinnedLogsResult = z.object({ rows: z.array(pinnedLogHead), total: z.number().int() });
