import { z } from "zod";
import { storedSettings } from "#lib/apps/spec-schema";
import { domainSchema } from "#lib/clusters/schema";

/** What an app wants in an environment, and which release that stands on: where every edit of its settings begins. */
export const settingsView = z.object({
  /** Null = the service has none yet. */
  settings: storedSettings.nullable(),
  /** The newest release there that is done or on its way; null = the settings are those of the first one to come. */
  release: z
    .object({ number: z.number().int(), requestedBy: z.string().nullable(), requestedAt: z.iso.datetime() })
    .nullable(),
  /** Of the kept settings (AppSpecDraft): grows with every change that was asked for, also with one that failed. */
  version: z.number().int(),
  /** Where its hosts may lie there. */
  domains: z.array(domainSchema),
  /** Where lines of collected log files go; null = they cannot be collected. */
  logHosts: z.array(z.string()).nullable(),
  /** Are other services of the cluster in the mesh, so that their proxies keep to its traffic policy? */
  meshCallers: z.boolean(),
});
export type SettingsView = z.infer<typeof settingsView>;
