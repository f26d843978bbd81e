import { z } from "zod";

/** One SSE message of GET /api/apps/:app/logs. */
export const podLogEvent = z.discriminatedUnion("type", [
  z.object({ type: z.literal("line"), pod: z.string(), at: z.string(), text: z.string() }),
  z.object({
    type: z.literal("state"),
    pod: z.string(),
    state: z.enum(["following", "waiting", "ended", "unreachable"]),
    reason: z.string().nullable(),
  }),
]);
export type PodLogEvent = z.infer<typeof podLogEvent>;
