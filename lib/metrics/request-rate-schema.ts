import { z } from "zod";
import { publicError } from "#lib/platform/steps";

export const requestRatesView = z.object({
  /** "absent": no Prometheus is configured. */
  state: z.enum(["ok", "unreachable", "forbidden", "absent"]),
  problem: publicError.nullable(),
  /** Those whose requests somebody counts. */
  apps: z.array(
    z.object({
      app: z.string(),
      /** Requests a second over the last hour, oldest first; null = none were counted. */
      perSecond: z.array(z.number().nullable()),
      /** Which share of the newest requests, and of the whole hour's, was answered with 5xx; null without requests. */
      failed: z.object({ now: z.number().nullable(), hour: z.number().nullable() }),
    }),
  ),
});
export type RequestRatesView = z.infer<typeof requestRatesView>;
export type RequestRates = RequestRatesView["apps"][number];
