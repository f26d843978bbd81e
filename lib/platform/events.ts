import "server-only";
import { z } from "zod";
import { type Db, db, Prisma, type Tx } from "./db.ts";
import { env } from "./env.ts";
import { listen } from "./events/listen.ts";
import { logger } from "./logger.ts";

export const EVENT_KINDS = [
  "app",
  "build",
  "build-log",
  "release",
  "retirement",
  "pods",
  "workloads",
  "kubernetes-events",
  "system",
  "draft",
  "terminal",
  "config",
] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

/** Says that something changed, not what: whoever hears it asks again. `teamId` null = everyone who is signed in. */
export type NewEvent = { kind: EventKind; subjectId: string; teamId: string | null; appId: string | null };

const pointer = z.object({
  /** Decimal id of the outbox row (a bigint on the wire). */
  id: z.string().regex(/^\d+$/),
  kind: z.enum(EVENT_KINDS),
  subjectId: z.string(),
  teamId: z.string().nullable(),
  appId: z.string().nullable(),
});
export type EventPointer = z.infer<typeof pointer>;

const CHANNEL = "kepler_events";

/**
 * Ids are drawn before their transaction commits, so a row may appear behind one with a higher id. Catching up
 * therefore goes back this far (longer than any transaction lives) and may repeat a pointer, which is harmless.
 */
const OVERLAP_MS = 15_000;
const MOST_MISSED = 1_000;

/** Writes the pointer in the caller's transaction; listeners hear of it when that commits, and never if it does not. */
export const publish = (tx: Tx, event: NewEvent): Promise<void> => publishAll(tx, [event]);

/** The same for many at once, as one statement. */
export async function publishAll(tx: Tx, events: readonly NewEvent[]): Promise<void> {
  if (events.length === 0) return;
  await tx.$executeRaw`
    with event as (
      select kind, "subjectId" as subject_id, "teamId" as team_id, "appId" as app_id
      from jsonb_to_recordset(${JSON.stringify(events)}::jsonb)
        as event (kind text, "subjectId" text, "teamId" uuid, "appId" uuid)
    ), ${PUBLISHED}`;
}

/**
 * The end of a statement that has named a relation `event(kind, subject_id, team_id, app_id)`: publishes each row of it.
 * What makes rows and tells of them is one statement then, and no transaction has to be begun and ended for it.
 */
export const PUBLISHED = Prisma.sql`
  told as (
    insert into outbox_events (kind, subject_id, team_id, app_id)
    select kind, subject_id, team_id, app_id from event
    returning id, kind, subject_id, team_id, app_id
  )
  select app_id::text, pg_notify(${CHANNEL}, jsonb_build_object('id', id::text, 'kind', kind, 'subjectId', subject_id,
    'teamId', team_id, 'appId', app_id)::text)::text
  from told`;

/** What was published after the row `afterId`, oldest first, at most `limit`; some earlier ones may be repeated. */
export async function eventsAfter(from: Db, afterId: string, limit = MOST_MISSED): Promise<EventPointer[]> {
  const last = await from.outboxEvent.findUnique({ where: { id: BigInt(afterId) }, select: { at: true } });
  const since = last && new Date(last.at.getTime() - OVERLAP_MS);
  const where: Prisma.OutboxEventWhereInput = since
    ? { id: { not: BigInt(afterId) }, OR: [{ id: { gt: BigInt(afterId) } }, { at: { gt: since } }] }
    : { id: { gt: BigInt(afterId) } };
  return readEvents(from, where, limit);
}

/** Oldest first; a negative `limit` counts from the newest. */
async function readEvents(from: Db, where: Prisma.OutboxEventWhereInput, limit: number): Promise<EventPointer[]> {
  const rows = await from.outboxEvent.findMany({ where, orderBy: { id: "asc" }, take: limit });
  return rows.flatMap((row) => known({ ...row, id: row.id.toString() }));
}

/**
 * While a new version takes the place of an old one, one of them tells of kinds that the other has never heard of: nothing
 * there can want them, and what it does know goes on.
 */
const known = (told: unknown): EventPointer[] => {
  const { success, data } = pointer.safeParse(told);
  return success ? [data] : [];
};

/** The newest id, where a listener that has nothing to catch up on begins. */
export async function newestEventId(from: Db): Promise<string> {
  const { _max } = await from.outboxEvent.aggregate({ _max: { id: true } });
  return (_max.id ?? 0n).toString();
}

/** Pointers are for browsers that were away a moment; older ones help nobody. Returns how many went. */
export async function pruneEvents(from: Db, olderThan: Date): Promise<number> {
  const { count } = await from.outboxEvent.deleteMany({ where: { at: { lt: olderThan } } });
  return count;
}

export type EventStream = {
  /**
   * Calls `listener` for each pointer from now on, in commit order; returns what ends that. `onLost` hears when the
   * database can no longer be listened to: until it can, nobody knows what happens. Neither may throw.
   */
  subscribe(listener: (event: EventPointer) => void, onLost?: () => void): () => void;
  /** Resolves once the LISTEN connection stands. */
  ready(): Promise<void>;
  close(): Promise<void>;
};

/** One LISTEN connection for any number of listeners; when it breaks it is made again and what was missed is read. */
export function createEventStream(url: string, from: Db): EventStream {
  const listeners = new Map<(event: EventPointer) => void, (() => void) | undefined>();
  const begunAt = Date.now();
  let lastId: string | undefined;
  const deliver = (event: EventPointer) => {
    if (lastId === undefined || BigInt(event.id) > BigInt(lastId)) lastId = event.id;
    for (const listener of listeners.keys()) listener(event);
  };
  const connection = listen(url, CHANNEL, {
    onPayload: (payload) => known(JSON.parse(payload)).forEach(deliver),
    onConnected: async () => {
      const missed =
        lastId === undefined
          ? // Whoever subscribed while the connection was being made was promised what has happened since.
            await readEvents(from, { at: { gt: new Date(begunAt - OVERLAP_MS) } }, -MOST_MISSED)
          : await eventsAfter(from, lastId);
      lastId ??= await newestEventId(from);
      for (const event of missed) deliver(event);
    },
    onError: (error) => {
      logger("events").warn({ err: error }, "event connection lost");
      for (const onLost of [...listeners.values()]) onLost?.();
    },
  });
  return {
    subscribe: (listener, onLost) => {
      listeners.set(listener, onLost);
      return () => listeners.delete(listener);
    },
    ready: () => connection.ready,
    close: () => connection.close(),
  };
}

const kept: typeof globalThis & { keplerEvents?: EventStream } = globalThis;
/** Listens on this process's own stream; see `EventStream.subscribe`. */
export const subscribe: EventStream["subscribe"] = (listener, onLost) =>
  (kept.keplerEvents ??= createEventStream(env().databaseUrl, db())).subscribe(listener, onLost);
