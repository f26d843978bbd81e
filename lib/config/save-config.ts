import "server-only";
import { isEqual } from "#lib/apps/merge-rules";
import { refuseRetiring } from "#lib/apps/retiring-rules";
import { type ConfigKind } from "#lib/apps/spec/config-schema";
import { type Db, isUniqueViolation, db as ownDb, type Tx } from "#lib/platform/db";
import { Conflict, Invalid, NotFound } from "#lib/platform/errors";
import { publish } from "#lib/platform/events";
import { bytesOf, CONFIG_BYTES } from "./entries-rules.ts";
import { type RestoreConfigInput, type SaveConfigInput } from "./schema.ts";
import { clearEntries, readStored, type StoredEntry, toStored } from "./stored-entries.ts";

export type ConfigDeps = { db: Db; now(): Date };
const ownDeps = (): ConfigDeps => ({ db: ownDb(), now: () => new Date() });

/** So many sets of a service in one environment are a program's mistake. */
const MOST_SETS = 100;

/**
 * Writes the next version of a set, or its first. The cluster does not change: a release that names the version does that.
 * Throws Conflict, with who it was, when somebody wrote one in between, and Invalid when nothing would change.
 */
export async function saveConfig(
  appId: string,
  savedById: string,
  input: SaveConfigInput,
  deps: ConfigDeps = ownDeps(),
): Promise<{ version: number }> {
  return deps.db.$transaction((tx) =>
    writeNext(tx, { appId, savedById, ...input, restores: null }, deps.now(), (before) =>
      toStored(input.kind, input.entries, before),
    ),
  );
}

/** Writes a version that says what an older one did. As `saveConfig`; NotFound when there is no such older one. */
export async function restoreConfig(
  appId: string,
  savedById: string,
  input: RestoreConfigInput,
  deps: ConfigDeps = ownDeps(),
): Promise<{ version: number }> {
  const { environmentId, kind, name } = input;
  return deps.db.$transaction(async (tx) => {
    const old = await tx.configVersion.findFirst({
      where: { set: { appId, environmentId, kind, name }, number: input.version },
      select: { entries: true },
    });
    if (!old) throw new NotFound("There is no such version.");
    const restored = readStored(old.entries);
    return writeNext(tx, { appId, savedById, ...input, restores: input.version }, deps.now(), () => restored);
  });
}

type Next = {
  appId: string;
  savedById: string;
  environmentId: string;
  kind: ConfigKind;
  name: string;
  expectedVersion: number;
  restores: number | null;
  reason: string | null;
};

async function writeNext(
  tx: Tx,
  next: Next,
  now: Date,
  entriesFrom: (before: StoredEntry[]) => StoredEntry[],
): Promise<{ version: number }> {
  const { appId, environmentId, kind, name, expectedVersion } = next;
  const app = await tx.app.findUnique({ where: { id: appId }, select: { name: true, teamId: true, retiringAt: true } });
  if (!app) throw new NotFound("There is no such service.");
  refuseRetiring(app);
  const where = { appId_environmentId_kind_name: { appId, environmentId, kind, name } };
  const set = await tx.configSet.findUnique({ where, select: { id: true, version: true } });
  if ((set?.version ?? 0) !== expectedVersion) throw await inBetween(tx, set, next);

  const before = set ? await storedOf(tx, set.id, set.version) : [];
  const entries = entriesFrom(before);
  if (set && isEqual(entries, before)) {
    throw new Invalid(`Version ${set.version} says the same already.`, { next: "Change something first." });
  }
  const bytes = bytesOf(clearEntries(kind, entries));
  if (bytes > CONFIG_BYTES) {
    throw new Invalid("This is more than 1 MiB.", { fields: [{ path: "entries", message: "too-large" }] });
  }
  const version = expectedVersion + 1;
  const setId = await takeNumber(tx, set, next);
  await tx.configVersion.create({
    data: {
      setId,
      number: version,
      entries,
      bytes,
      restores: next.restores,
      reason: next.reason,
      savedById: next.savedById,
      savedAt: now,
    },
  });
  await publish(tx, { kind: "config", subjectId: setId, teamId: app.teamId, appId });
  return { version };
}

/** The set as the one place in which of two writers exactly one comes first. */
async function takeNumber(tx: Tx, set: { id: string } | null, next: Next): Promise<string> {
  const { appId, environmentId, kind, name, expectedVersion } = next;
  if (set) {
    const guard = { id: set.id, version: expectedVersion };
    const { count } = await tx.configSet.updateMany({ where: guard, data: { version: { increment: 1 } } });
    if (count === 0) throw await inBetween(tx, set, next);
    return set.id;
  }
  if ((await tx.configSet.count({ where: { appId, environmentId } })) >= MOST_SETS) {
    throw new Conflict(`A service has at most ${MOST_SETS} sets in an environment.`);
  }
  try {
    const data = { appId, environmentId, kind, name, version: 1 };
    return (await tx.configSet.create({ data, select: { id: true } })).id;
  } catch (error) {
    if (isUniqueViolation(error)) throw nameTaken(next);
    throw error;
  }
}

async function storedOf(tx: Tx, setId: string, number: number): Promise<StoredEntry[]> {
  const where = { setId_number: { setId, number } };
  return readStored((await tx.configVersion.findUniqueOrThrow({ where, select: { entries: true } })).entries);
}

const nameTaken = ({ name }: Next): Conflict =>
  new Conflict(`There is a set ${name} already.`, {
    fields: [{ path: "name", message: "name.taken" }],
    next: "Choose another name, or edit that one.",
  });

async function inBetween(tx: Tx, set: { id: string } | null, next: Next): Promise<Conflict> {
  if (next.expectedVersion === 0) return nameTaken(next);
  const newest = await tx.configVersion.findFirst({
    where: { setId: set?.id ?? "" },
    orderBy: { number: "desc" },
    select: { number: true, savedBy: { select: { name: true } } },
  });
  if (!newest) throw new NotFound("There is no such set.");
  const who = newest.savedBy?.name ?? "Somebody";
  return new Conflict(
    `${who} saved version ${newest.number} of ${next.name} while you were editing version ${next.expectedVersion}.`,
    { next: "Look at both changes, then save yours on top." },
  );
}
