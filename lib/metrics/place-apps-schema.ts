import { z } from "zod";
import { appName } from "#lib/apps/spec-schema";

/** As many as a page of the services list has at most. */
const MOST_APPS = 200;

/** Some services in one environment. */
export const placeAppsInput = z.object({
  id: z.uuid(),
  /** Names, parted by commas. */
  apps: z
    .string()
    .max(MOST_APPS * 41)
    .transform((names) => [...new Set(names.split(",").filter((name) => name !== ""))].sort())
    .pipe(z.array(appName).min(1).max(MOST_APPS)),
});
