import "server-only";
import { isSameSet } from "#lib/apps/spec/config-schema";
import { type AppSettings, type AppSpec } from "#lib/apps/spec-schema";
import { newestConfig } from "#lib/config/queries";
import { knownConfig } from "#lib/config/read-content";
import { type Tx } from "#lib/platform/db";
import { type FieldError, Invalid } from "#lib/platform/errors";
import { unusableConfig } from "./config-rules.ts";

type Here = { appId: string; environmentId: string };

/**
 * Throws NotFound for a version that is not there, Invalid for a use that Kubernetes would skip in silence or wait for
 * without end: a key that is not in the version, or is no name of a variable.
 */
export async function refuseUnusableConfig(tx: Tx, here: Here, { config }: AppSpec): Promise<void> {
  const problems = unusableConfig(config, await knownConfig(tx, here, config));
  if (problems.length === 0) return;
  throw new Invalid("The configuration cannot be used as the settings say.", {
    fields: problems.map(({ path, message }): FieldError => ({ path: ["settings", ...path].join("."), message })),
    next: "Use it as files, or save a version with other keys.",
  });
}

/**
 * Settings of another environment as they would be here: each environment has values of its own, so a set is the one of the
 * same name here, in its newest version. What there is none of stays as it was, for `refuseUnusableConfig` to say so.
 */
export async function withConfigOf(tx: Tx, here: Here, settings: AppSettings): Promise<AppSettings> {
  if (settings.config.length === 0) return settings;
  const newest = await newestConfig(tx, here);
  const config = settings.config.map((each) => {
    const found = newest.find((set) => isSameSet(set, each));
    return found ? { ...each, version: found.version } : each;
  });
  return { ...settings, config };
}
