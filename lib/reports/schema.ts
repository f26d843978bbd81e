import { z } from "zod";

/** One operation that has not ended: what the top bar shows as in flight. */
export const inFlightItem = z.object({
  kind: z.enum(["provision", "build", "release"]),
  /** Of the build or release; for a provision the app's. */
  id: z.uuid(),
  app: z.string(),
  number: z.number().int().nullable(),
  since: z.iso.datetime(),
  stepsDone: z.number().int(),
  steps: z.number().int(),
});
export type InFlightItem = z.infer<typeof inFlightItem>;
export const inFlightResult = z.object({ rows: z.array(inFlightItem) });
