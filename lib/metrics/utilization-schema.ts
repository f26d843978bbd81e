import { z } from "zod";
import { publicError } from "#lib/platform/steps";

/** Used of the limit; 1 is all of it, by the container that was nearest to its own; null = nobody measured it. */
const shares = z.array(z.number().nullable());

export const utilizationView = z.object({
  /** "absent": no Prometheus is configured. */
  state: z.enum(["ok", "unreachable", "forbidden", "absent"]),
  problem: publicError.nullable(),
  /** Of the last hour, oldest first; who was never measured is left out. */
  apps: z.array(z.object({ app: z.string(), cpu: shares, memory: shares })),
});
export type UtilizationView = z.infer<typeof utilizationView>;
