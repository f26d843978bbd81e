import "server-only";
import { type z } from "zod";
import { type Db, db as ownDb, type Prisma } from "#lib/platform/db";
import { NotFound } from "#lib/platform/errors";
import { entriesDiff } from "./entries-rules.ts";
import {
  type ConfigEntriesView,
  type ConfigSetView,
  type ConfigVersions,
  type ConfigVersionView,
  type configDiffInput,
  type configDiffView,
  type configEntriesInput,
  type configSetInput,
  MOST_LISTED,
} from "./schema.ts";
import { readStored, type StoredEntry, shownEntries } from "./stored-entries.ts";

const select = {
  number: true,
  bytes: true,
  restores: true,
  reason: true,
  savedAt: true,
  savedBy: { select: { name: true } },
} as const satisfies Prisma.ConfigVersionSelect;
type Row = Prisma.ConfigVersionGetPayload<{ select: typeof select }>;

const viewOf = ({ number, savedAt, savedBy, ...rest }: Row): ConfigVersionView => ({
  ...rest,
  version: number,
  savedBy: savedBy?.name ?? null,
  savedAt: savedAt.toISOString(),
});

/** Every set of an app in an environment by its newest version; secrets by their keys alone. */
export async function listConfig(
  appId: string,
  environment: string,
  db: Db = ownDb(),
): Promise<{ rows: ConfigSetView[] }> {
  const sets = await db.configSet.findMany({
    where: { appId, environment: { name: environment } },
    orderBy: [{ kind: "asc" }, { name: "asc" }],
    select: {
      kind: true,
      name: true,
      versions: { orderBy: { number: "desc" }, take: 1, select: { ...select, entries: true } },
    },
  });
  const rows = sets.flatMap(({ kind, name, versions: [newest] }): ConfigSetView[] => {
    if (!newest) return [];
    const { entries, ...row } = newest;
    return [{ kind, name, keys: readStored(entries).map(({ key }) => key), ...viewOf(row) }];
  });
  return { rows };
}

type Set = z.infer<typeof configSetInput>;
const whereSet = (appId: string, { environment, kind, name }: Set) => ({
  appId,
  kind,
  name,
  environment: { name: environment },
});

/** The versions of a set, newest first. NotFound when there is no such set. */
export async function listConfigVersions(appId: string, set: Set, db: Db = ownDb()): Promise<ConfigVersions> {
  const where = { set: whereSet(appId, set) };
  const [rows, total] = await Promise.all([
    db.configVersion.findMany({ where, orderBy: { number: "desc" }, take: MOST_LISTED, select }),
    db.configVersion.count({ where }),
  ]);
  if (total === 0) throw new NotFound("There is no such set.");
  return { rows: rows.map(viewOf), total };
}

async function storedOf(db: Db, appId: string, set: Set, number: number): Promise<StoredEntry[]> {
  const row = await db.configVersion.findFirst({
    where: { set: whereSet(appId, set), number },
    select: { entries: true },
  });
  if (!row) throw new NotFound("There is no such version.");
  return readStored(row.entries);
}

/** What a version says; of a secret its keys. */
export async function getConfigEntries(
  appId: string,
  { version, ...set }: z.infer<typeof configEntriesInput>,
  db: Db = ownDb(),
): Promise<ConfigEntriesView> {
  return { version, entries: shownEntries(set.kind, await storedOf(db, appId, set, version)) };
}

/** What differs between two versions of a set, key by key. */
export async function getConfigDiff(
  appId: string,
  { from, to, ...set }: z.infer<typeof configDiffInput>,
  db: Db = ownDb(),
): Promise<z.infer<typeof configDiffView>> {
  const [before, after] = await Promise.all([
    from === 0 ? [] : storedOf(db, appId, set, from),
    storedOf(db, appId, set, to),
  ]);
  return { from, to, changes: entriesDiff(set.kind, before, after) };
}

/** The newest version of every set in an environment. */
export const newestConfig = (db: Pick<Db, "configSet">, here: { appId: string; environmentId: string }) =>
  db.configSet.findMany({ where: here, select: { kind: true, name: true, version: true } });
