import { z } from "zod";

const event = z.object({
  metadata: z.object({ uid: z.string(), namespace: z.string(), creationTimestamp: z.string().nullish() }),
  involvedObject: z.object({ kind: z.string().default(""), name: z.string().default("") }),
  type: z.string().default("Normal"),
  reason: z.string().nullish(),
  message: z.string().nullish(),
  count: z.number().int().nullish(),
  firstTimestamp: z.string().nullish(),
  lastTimestamp: z.string().nullish(),
  eventTime: z.string().nullish(),
  series: z.object({ count: z.number().int(), lastObservedTime: z.string().nullish() }).nullish(),
});

export type SeenEvent = {
  uid: string;
  namespace: string;
  involvedKind: string;
  involvedName: string;
  type: string;
  reason: string;
  message: string;
  count: number;
  firstAt: Date;
  lastAt: Date;
};

/** A core/v1 Event in either of its two forms (`count` and timestamps, or `series`); null for something else. */
export function seeEvent(object: unknown): SeenEvent | null {
  const parsed = event.safeParse(object);
  if (!parsed.success) return null;
  const { metadata, involvedObject, series, ...rest } = parsed.data;
  const first = rest.firstTimestamp ?? rest.eventTime ?? metadata.creationTimestamp;
  const last = series?.lastObservedTime ?? rest.lastTimestamp ?? rest.eventTime ?? first;
  if (!first || !last) return null;
  return {
    uid: metadata.uid,
    namespace: metadata.namespace,
    involvedKind: involvedObject.kind,
    involvedName: involvedObject.name,
    type: rest.type,
    reason: rest.reason ?? "",
    message: rest.message ?? "",
    count: series?.count ?? rest.count ?? 1,
    firstAt: new Date(first),
    lastAt: new Date(last),
  };
}

/**
 * How many generated parts a name carries behind the app's: Deployment → ReplicaSet `-hash` → Pod `-hash-id`; a
 * StatefulSet's pods have their number alone.
 */
const generatedParts = (kind: string, last: string): number => {
  if (kind === "Pod") return /^\d{1,4}$/.test(last) ? 1 : 2;
  return kind === "ReplicaSet" ? 1 : 0;
};

/** The name of the app that an event may be about: objects carry no labels in events, but Kepler names them for the app. */
export function appNameOf({ involvedKind, involvedName }: Pick<SeenEvent, "involvedKind" | "involvedName">): string {
  const parts = involvedName.split("-");
  return parts.slice(0, Math.max(1, parts.length - generatedParts(involvedKind, parts.at(-1) ?? ""))).join("-");
}

/**
 * What was said for the same reason of the same object is one thing that happened so many times: told in its newest words,
 * from its first to its last. Newest first.
 */
export function groupEvents<Event extends Omit<SeenEvent, "namespace">>(events: readonly Event[]): Event[] {
  const groups = new Map<string, Event>();
  for (const event of [...events].sort((a, b) => b.lastAt.getTime() - a.lastAt.getTime())) {
    const key = `${event.involvedKind} ${event.involvedName} ${event.type} ${event.reason}`;
    const newest = groups.get(key);
    const firstAt = newest && newest.firstAt < event.firstAt ? newest.firstAt : event.firstAt;
    groups.set(key, newest ? { ...newest, firstAt, count: newest.count + event.count } : event);
  }
  return [...groups.values()];
}
