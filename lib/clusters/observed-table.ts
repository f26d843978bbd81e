import "server-only";
import { type Tx } from "#lib/platform/db";
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

const list = (names: readonly string[], form: (name: string) => string = (n) => `"${n}"`) => names.map(form).join(", ");
type Changed = { app_id: string | null };
type Row = Record<string, unknown>;

/**
 * Writes rows of one cluster in one statement; a row that says what it said is not written. Answers the apps whose rows
 * changed. Identifiers come from the tables above, values go as one JSON parameter. Whoever has a pod may have it say what
 * Postgres cannot hold: that must not keep back what all others say.
 */
export async function upsertObserved(tx: Tx, kind: ObservedKind, clusterId: string, rows: Row[], now: Date) {
  if (rows.length === 0) return [];
  const { name, unique, columns } = OBSERVED[kind];
  const names = Object.keys(columns);
  const stamped = kind === "events" ? [] : ["seen_at"];
  const record = Object.entries(columns).map(([column, type]) => `"${column}" ${type}`);
  const sql = `
    insert into ${name} as old (cluster_id, ${list([...names, ...stamped])})
    select $1::uuid, ${list(names)}${stamped.length > 0 ? ", $3::timestamptz" : ""}
    from jsonb_to_recordset($2::jsonb) as new (${record.join(", ")})
    where $3::timestamptz is not null -- events carry their own times; the parameter is given all the same
    on conflict (cluster_id, ${list(unique)}) do update
    set ${list([...names, ...stamped], (n) => `"${n}" = excluded."${n}"`)}
    where (${list(names, (n) => `old."${n}"`)}) is distinct from (${list(names, (n) => `excluded."${n}"`)})
    returning app_id::text`;
  const values = JSON.stringify(rows, (_, value: unknown) => (typeof value === "string" ? storable(value) : value));
  const changed = await tx.$queryRawUnsafe<Changed[]>(sql, clusterId, values, now.toISOString());
  return appsOf(changed);
}

/** Pods are watched with Kepler's labels and without, side by side: whose news it is. Undefined for what is watched in one. */
export type Watched = { labelled?: boolean };
const ofWatched = ({ labelled }: Watched): string => (labelled === undefined ? "" : `and labelled = ${labelled}`);

/**
 * Takes away rows by the columns of their key, joined by "/". Answers the apps that they belonged to. A pod whose labels
 * were changed ends in one watch and begins in the other, which may be the first to say so: its row is that one's then.
 */
export async function deleteObserved(tx: Tx, kind: ObservedKind, clusterId: string, keys: string[], watched: Watched) {
  if (keys.length === 0) return [];
  const { name, key } = OBSERVED[kind];
  const sql = `
    delete from ${name} where cluster_id = $1::uuid ${ofWatched(watched)}
      and ${list(key, (n) => `"${n}"`).replaceAll(", ", " || '/' || ")} = any($2::text[])
    returning app_id::text`;
  return appsOf(await tx.$queryRawUnsafe<Changed[]>(sql, clusterId, keys));
}

/** What was listed whole: all of a watched kind, in one namespace or (null) in every one. */
export type Listed = Watched & { namespace: string | null; kind: string };

/** After a list: what it does not name is gone, of what it could have named. */
export async function keepOnlyObserved(
  tx: Tx,
  kind: ObservedKind,
  clusterId: string,
  keys: string[],
  { namespace, kind: listedKind, labelled }: Listed,
) {
  const { name, key, columns } = OBSERVED[kind];
  const ofKind = "kind" in columns ? "kind" : "$4::text";
  const sql = `
    delete from ${name} where cluster_id = $1::uuid and ($3::text is null or namespace = $3) and ${ofKind} = $4::text
      ${ofWatched({ labelled })}
      and not exists (select from unnest($2::text[]) as listed (key)
        where listed.key = ${list(key, (n) => `"${n}"`).replaceAll(", ", " || '/' || ")})
    returning app_id::text`;
  return appsOf(await tx.$queryRawUnsafe<Changed[]>(sql, clusterId, keys, namespace, listedKind));
}

const appsOf = (rows: Changed[]): string[] => [
  ...new Set(rows.map((row) => row.app_id).filter((id): id is string => id !== null)),
];

/** Events are for "why", not for history: older ones go. */
export async function pruneObservedEvents(tx: Tx, olderThan: Date): Promise<number> {
  const { count } = await tx.observedEvent.deleteMany({ where: { lastAt: { lt: olderThan } } });
  return count;
}
