import "server-only";
import { type ConfigKind, type ConfigRef, configRefs, type SpecConfig } from "#lib/apps/spec/config-schema";
import { type Db } from "#lib/platform/db";
import { NotFound } from "#lib/platform/errors";
import { type ConfigEntry } from "./schema.ts";
import { clearEntries, readStored, type StoredEntry } from "./stored-entries.ts";

type Here = { appId: string; environmentId: string };
type Reader = Pick<Db, "configVersion">;

/** A version that a Spec names, in clear. */
export type OpenedConfig = ConfigRef & { entries: ConfigEntry[] };
/** The same by its keys alone: enough to know whether a Spec can use it, and opens nothing. */
export type KnownConfig = ConfigRef & { keys: string[] };

/** What the named versions say, in clear: for the cluster. Throws NotFound, with a sentence, for one that is not there. */
export const openConfig = (db: Reader, here: Here, config: readonly SpecConfig[]): Promise<OpenedConfig[]> =>
  readEach(db, here, config, (kind, stored) => ({ entries: clearEntries(kind, stored) }));

/** Which keys the named versions have. Throws as `openConfig`. */
export const knownConfig = (db: Reader, here: Here, config: readonly SpecConfig[]): Promise<KnownConfig[]> =>
  readEach(db, here, config, (_, stored) => ({ keys: stored.map(({ key }) => key) }));

async function readEach<T>(
  db: Reader,
  { appId, environmentId }: Here,
  config: readonly SpecConfig[],
  read: (kind: ConfigKind, stored: StoredEntry[]) => T,
): Promise<(ConfigRef & T)[]> {
  const refs = configRefs(config);
  if (refs.length === 0) return [];
  const rows = await db.configVersion.findMany({
    where: {
      OR: refs.map(({ kind, name, version }) => ({ set: { appId, environmentId, kind, name }, number: version })),
    },
    select: { number: true, entries: true, set: { select: { kind: true, name: true } } },
  });
  return refs.map((ref) => {
    const row = rows.find(
      ({ set, number }) => set.kind === ref.kind && set.name === ref.name && number === ref.version,
    );
    if (row) return { ...ref, ...read(ref.kind, readStored(row.entries)) };
    throw new NotFound(`There is no version ${ref.version} of ${ref.name} in this environment.`, {
      fields: [{ path: "settings.config", message: "config.unknown" }],
      next: "Create it there on the tab Config, or leave it out.",
    });
  });
}
