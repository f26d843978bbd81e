import "server-only";
import { Prisma, type Tx } from "#lib/platform/db";
import { storable } from "#lib/platform/storable";

/** One of the observed_* tables: what is unique in it within a cluster, what names a row, its columns with their SQL types. */
type Table = {
  name: string;
  unique: readonly string[];
  key: readonly string[];
  columns: Record<string, string>;
};

const PODS: Table = {
  name: "observed_pods",
  unique: ["uid"],
  key: ["uid"],
  columns: {
    uid: "text",
    namespace: "text",
    name: "text",
    app_id: "uuid",
    release_number: "int",
    labelled: "boolean",
    track: "text",
    phase: "text",
    status: "text",
    message: "text",
    ready: "boolean",
    restarts: "int",
    node_name: "text",
    pod_ip: "text",
    image_digest: "text",
    mesh_proxy: "text",
    config_objects: "text[]",
    containers: "jsonb",
    created_at: "timestamptz",
  },
};
const WORKLOADS: Table = {
  name: "observed_workloads",
  unique: ["namespace", "name"],
  // Two kinds are watched side by side: the end of one is not the end of its successor of another kind.
  key: ["kind", "namespace", "name"],
  columns: {
    namespace: "text",
    name: "text",
    kind: "text",
    uid: "text",
    app_id: "uuid",
    release_number: "int",
    generation: "int",
    observed_generation: "int",
    desired: "int",
    updated: "int",
    ready: "int",
    available: "int",
    progressing: "boolean",
    reason: "text",
    message: "text",
    image: "text",
    ownership: "text",
  },
};
const EVENTS: Table = {
  name: "observed_events",
  unique: ["uid"],
  key: ["uid"],
  columns: {
    uid: "text",
    namespace: "text",
    involved_kind: "text",
    involved_name: "text",
    app_id: "uuid",
    type: "text",
    reason: "text",
    message: "text",
    count: "int",
    first_at: "timestamptz",
    last_at: "timestamptz",
  },
};
const OBSERVED = { pods: PODS, workloads: WORKLOADS, events: EVENTS } as const;
export type ObservedKind = keyof typeof OBSERVED;

type Row = Record<string, unknown>;
const list = (names: readonly string[], form: (name: string) => string = (n) => `"${n}"`): Prisma.Sql =>
  Prisma.raw(names.map(form).join(", "));
/** What names a row within its cluster, as one text. */
const keyOf = (columns: readonly string[]): Prisma.Sql => Prisma.raw(columns.map((n) => `"${n}"`).join(" || '/' || "));

/*
 * Each of these is a statement about one cluster's rows that returns the `app_id` of those that it changed. Identifiers come
 * from the tables above.
 */

/**
 * Writes rows; one that says what it said is not written. Values go as one JSON parameter: whoever has a pod may have it say
 * what Postgres cannot hold, and that must not keep back what all others say.
 */
export function upsertObserved(kind: ObservedKind, clusterId: string, rows: readonly Row[], now: Date): Prisma.Sql {
  const { name, unique, columns } = OBSERVED[kind];
  const names = Object.keys(columns);
  // Events carry their own times.
  const isStamped = kind !== "events";
  const written = isStamped ? [...names, "seen_at"] : names;
  const values = JSON.stringify(rows, (_, value: unknown) => (typeof value === "string" ? storable(value) : value));
  return Prisma.sql`
    insert into ${Prisma.raw(name)} as old (cluster_id, ${list(written)})
    select ${clusterId}::uuid, ${list(names)}${isStamped ? Prisma.sql`, ${now.toISOString()}::timestamptz` : Prisma.empty}
    from jsonb_to_recordset(${values}::jsonb) as new (${list(names, (n) => `"${n}" ${columns[n]}`)})
    on conflict (cluster_id, ${list(unique)}) do update
    set ${list(written, (n) => `"${n}" = excluded."${n}"`)}
    where (${list(names, (n) => `old."${n}"`)}) is distinct from (${list(names, (n) => `excluded."${n}"`)})
    returning app_id`;
}

/** Pods are watched with Kepler's labels and without, side by side: whose news it is. Undefined for what is watched in one. */
export type Watched = { labelled?: boolean };
const ofWatched = ({ labelled }: Watched): Prisma.Sql =>
  labelled === undefined ? Prisma.empty : Prisma.sql`and labelled = ${labelled}`;

/**
 * Takes away rows by the columns of their key, joined by "/". A pod whose labels were changed ends in one watch and begins
 * in the other, which may be the first to say so: its row is that one's then.
 */
export function deleteObserved(kind: ObservedKind, clusterId: string, keys: readonly string[], watched: Watched) {
  const { name, key } = OBSERVED[kind];
  return Prisma.sql`
    delete from ${Prisma.raw(name)} where cluster_id = ${clusterId}::uuid ${ofWatched(watched)}
      and ${keyOf(key)} = any(${keys}::text[])
    returning app_id`;
}

/** What was listed whole: all of a watched kind, in one namespace or (null) in every one. */
export type Listed = Watched & { namespace: string | null; kind: string };

/** After a list: what it does not name is gone, of what it could have named. */
export function keepOnlyObserved(kind: ObservedKind, clusterId: string, keys: readonly string[], listed: Listed) {
  const { name, key, columns } = OBSERVED[kind];
  const { namespace } = listed;
  return Prisma.sql`
    delete from ${Prisma.raw(name)} where cluster_id = ${clusterId}::uuid ${ofWatched(listed)}
      ${namespace === null ? Prisma.empty : Prisma.sql`and namespace = ${namespace}`}
      ${"kind" in columns ? Prisma.sql`and kind = ${listed.kind}` : Prisma.empty}
      and not exists (select from unnest(${keys}::text[]) as listed (key) where listed.key = ${keyOf(key)})
    returning app_id`;
}

/** Events are for "why", not for history: older ones go. */
export async function pruneObservedEvents(tx: Tx, olderThan: Date): Promise<number> {
  const { count } = await tx.observedEvent.deleteMany({ where: { lastAt: { lt: olderThan } } });
  return count;
}
