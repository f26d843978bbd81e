import { z } from "zod";
import { appName } from "#lib/apps/spec-schema";
import { publicError } from "#lib/platform/steps";

/** As many as a page of the services list has at most. */
const MOST_APPS = 200;

export const utilizationInput = z.object({
  id: z.uuid(),
  /** Names, parted by commas. */
  apps: z
    .string()
    .max(MOST_APPS * 41)
    .transform((names) => [...new Set(names.split(",").filter((name) => name !== ""))].sort())
    .pipe(z.array(appName).min(1).max(MOST_APPS)),
});

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
