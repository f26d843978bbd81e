import "server-only";
import { createHash } from "node:crypto";
import { type Db, type Prisma } from "#lib/platform/db";
import { type EventKind, PUBLISHED } from "#lib/platform/events";
import { HAND_OVER, isController, KEPLER, ownersOf } from "#lib/releases/ownership-rules";
import { appNameOf, seeEvent } from "./event-rules.ts";
import {
  deleteObserved,
  keepOnlyObserved,
  type Listed,
  type ObservedKind,
  upsertObserved,
  type Watched,
} from "./observed-table.ts";
import { seePod } from "./pod-rules.ts";
import { clusterKey } from "./record-system.ts";
import { seeWorkload } from "./workload-rules.ts";

/**
 * Who owns which field of what is wanted, as one short word that changes whenever that does: somebody's change by hand is
 * noticed by it without asking the cluster. Kubernetes' own controllers, what is being handed to them, and the status do not
 * count; null for nobody.
 */
function ownershipOf(object: unknown): string | null {
  const owners = ownersOf(object).filter(
    (owner) => owner.subresource !== "status" && !isController(owner) && owner.manager !== HAND_OVER,
  );
  if (owners.length === 0) return null;
  const said = owners.map(({ manager, operation, subresource, at, fields }) =>
    // Kepler's own times say nothing: they move with every release.
    JSON.stringify([manager, operation, subresource, manager === KEPLER ? null : at, [...fields].sort()]),
  );
  return createHash("sha256").update(said.sort().join("\n")).digest("hex").slice(0, 16);
}

/** A row as its table has it, under its key within the cluster. */
type SeenRow = { key: string; row: Record<string, unknown> };

/** How each watched kind becomes rows. Null for an object that is not what it should be. */
export const seeRow: Record<ObservedKind, (object: unknown) => SeenRow | null> = {
  pods: (object) => {
    const seen = seePod(object);
    if (!seen) return null;
    const { terminating: _, claims: _claims, containers, ...rest } = seen;
    // Its probes and ports are read where they are wanted, from the cluster.
    const shown = containers.map(({ ports: _ports, probes: _probes, ...container }) => container);
    return { key: seen.uid, row: { ...snake(rest), labelled: seen.keptBy === null, containers: shown } };
  },
  workloads: (object) => {
    const seen = seeWorkload(object);
    if (!seen) return null;
    const { total: _, paused: _paused, ...rest } = seen;
    return {
      key: `${seen.kind}/${seen.namespace}/${seen.name}`,
      row: { ...snake(rest), ownership: ownershipOf(object) },
    };
  },
  events: (object) => {
    const seen = seeEvent(object);
    return seen && { key: seen.uid, row: { ...snake(seen), app_name: appNameOf(seen) } };
  },
};

type Row = Record<string, unknown>;

/**
 * Rows in one statement, at most. Prisma keeps the last hundred lines that it writes for its own debugging, and in them the
 * values of some thirty statements: whole lists of a cluster would stay in memory.
 */
const MOST_ROWS = 200;

/** Stores what was heard and tells the browsers. Answers the apps of which something changed. */
export async function recordObserved(
  db: Db,
  kind: ObservedKind,
  clusterId: string,
  heard: Map<string, Row | null>,
  { now, ...watched }: Watched & { now: Date },
): Promise<string[]> {
  const present = [...heard].flatMap(([, row]) => (row ? [row] : []));
  const gone = [...heard].flatMap(([key, row]) => (row ? [] : [key]));
  const rows = await withApps(db, kind, clusterId, present);
  const changed = new Set<string>();
  const change = async (statement: Prisma.Sql) => {
    for (const app of await changeAndTell(db, kind, statement)) changed.add(app);
  };
  for (let first = 0; first < rows.length; first += MOST_ROWS)
    await change(upsertObserved(kind, clusterId, rows.slice(first, first + MOST_ROWS), now));
  if (gone.length > 0) await change(deleteObserved(kind, clusterId, gone, watched));
  return [...changed];
}

/** After a whole list: what it did not name is gone. Answers the apps that it belonged to, and tells the browsers. */
export const forgetUnlisted = (
  db: Db,
  kind: ObservedKind,
  clusterId: string,
  keys: string[],
  listed: Listed,
): Promise<string[]> => changeAndTell(db, kind, keepOnlyObserved(kind, clusterId, keys, listed));

/** What a pointer says that has changed. */
const TOLD_AS: Record<ObservedKind, EventKind> = { pods: "pods", workloads: "workloads", events: "kubernetes-events" };

/** In one statement; one pointer for each app, however many of its rows changed. Labels may name apps that do not exist. */
async function changeAndTell(db: Db, kind: ObservedKind, change: Prisma.Sql): Promise<string[]> {
  const told = await db.$queryRaw<{ app_id: string }[]>`
    with changed as (${change}), event as (
      select ${TOLD_AS[kind]} as kind, id::text as subject_id, team_id, id as app_id from apps
      where id in (select app_id from changed)
    ), ${PUBLISHED}`;
  return told.map(({ app_id }) => app_id);
}

function withApps(db: Db, kind: ObservedKind, clusterId: string, rows: Row[]): Promise<Row[]> {
  switch (kind) {
    case "events":
      return nameApps(db, rows);
    case "pods":
      return findOwners(db, clusterId, rows);
    case "workloads":
      return Promise.resolve(rows);
  }
}

/** Pods without Kepler's labels are an app's if the ledger has what keeps them: it was imported. Others are nobody's here. */
async function findOwners(db: Db, clusterId: string, rows: Row[]): Promise<Row[]> {
  const strays = rows.filter(({ kept_by }) => kept_by !== null);
  const entryOf = ({ namespace, kept_by }: Row) => {
    const [kind = "", name = ""] = String(kept_by).split("/");
    return { kind: `apps/v1/${kind}`, key: `${String(namespace)}/${name}` };
  };
  if (strays.length === 0) return rows;
  const entries = await db.ledgerEntry.findMany({
    where: { system: clusterKey(clusterId), state: "present", key: { in: strays.map((row) => entryOf(row).key) } },
    select: { appId: true, kind: true, key: true },
  });
  return rows.flatMap((row) => {
    if (row.kept_by === null) return [row];
    const { kind, key } = entryOf(row);
    const owner = entries.find((entry) => entry.kind === kind && entry.key === key);
    return owner ? [{ ...row, app_id: owner.appId }] : [];
  });
}

async function nameApps(db: Db, rows: Row[]): Promise<Row[]> {
  const names = [...new Set(rows.map((row) => String(row.app_name)))];
  const apps = await db.app.findMany({
    where: { name: { in: names }, retiredAt: null },
    select: { id: true, name: true },
  });
  const idOf = new Map(apps.map((app) => [app.name, app.id]));
  return rows.map(({ app_name, ...row }) => ({ ...row, app_id: idOf.get(String(app_name)) ?? null }));
}

const snake = (seen: object): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(seen).map(([name, value]) => [name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`), value]),
  );
