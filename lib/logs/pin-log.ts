import "server-only";
import { type Actor } from "#lib/access/actor";
import { knownSecrets } from "#lib/config/known-secrets";
import { sha256Hex } from "#lib/platform/crypto";
import { type Db } from "#lib/platform/db";
import { KeplerError } from "#lib/platform/errors";
import { withoutSecrets } from "#lib/terminal/mask-rules";
import { type LogSource } from "./follow-pods.ts";
import { type PinLogInput } from "./pin-schema.ts";
import { readLogToEnd } from "./read-pod.ts";

type Line = PinLogInput["lines"][number];
type World = { db: Db; now: () => Date; source: Omit<LogSource, "onPodsChanged"> };
type Place = { app: { id: string }; environment: { id: string } };

/** The cluster is asked for the lines again no longer than this: then they are kept as they were shown. */
const CONFIRM_WITHIN_MS = 10_000;

/**
 * Keeps lines of a log as evidence that outlives its pods: secrets masked, with the SHA-256 of what is kept. The lines come
 * from a browser, so the cluster is asked for them again; whether it gave the same is kept too.
 */
export async function pinLog(
  { db, now, source }: World,
  actor: Actor,
  { app, environment }: Place,
  { container, reason, lines }: Pick<PinLogInput, "reason" | "lines"> & { container: string },
): Promise<{ id: string }> {
  const signal = AbortSignal.timeout(CONFIRM_WITHIN_MS);
  const confirmed = await isSaidByCluster(source, container, lines, signal);
  const whole = lines.map(({ at, pod, text }) => `${at} ${pod} ${text}\n`).join("");
  const text = withoutSecrets(whole, await knownSecrets(db, app.id, environment.id));
  const times = lines.map(({ at }) => at).sort();
  return db.pinnedLog.create({
    data: {
      appId: app.id,
      environmentId: environment.id,
      userId: actor.id,
      container,
      pods: [...new Set(lines.map(({ pod }) => pod))],
      reason,
      fromAt: dateOf(times[0]),
      untilAt: dateOf(times.at(-1)),
      lineCount: lines.length,
      text,
      sha256: sha256Hex(text),
      confirmed,
      pinnedAt: now(),
    },
    select: { id: true },
  });
}

const dateOf = (at = ""): Date => new Date(at);

/**
 * Does the cluster give each of these lines, in the container's present log or the one before? Only of the app's own pods:
 * others of its namespace, whose names a browser may send too, are not asked.
 */
async function isSaidByCluster(
  { pods: podsNow, ...source }: World["source"],
  container: string,
  lines: readonly Line[],
  signal: AbortSignal,
): Promise<boolean> {
  const pods = Map.groupBy(lines, ({ pod }) => pod);
  const own = new Set((await podsNow()).map(({ name }) => name));
  if ([...pods.keys()].some((name) => !own.has(name))) return false;
  const answers = [...pods].map(async ([name, wanted]) => {
    const open = new Set(wanted.map(keyOf));
    const times = wanted.map(({ at }) => at).sort();
    for (const previous of [false, true]) {
      if (open.size > 0) await strike({ ...source, name, container }, { open, times, previous }, signal);
    }
    return open.size === 0;
  });
  return (await Promise.all(answers)).every(Boolean);
}

const keyOf = ({ at, text }: Pick<Line, "at" | "text">): string => `${at} ${text}`;

/** Takes from `open` what a log has. */
async function strike(
  pod: { kubernetes: LogSource["kubernetes"]; namespace: string; name: string; container: string },
  { open, times, previous }: { open: Set<string>; times: string[]; previous: boolean },
  signal: AbortSignal,
): Promise<void> {
  const last = times.at(-1) ?? "";
  const begin = { position: null, start: { sinceTime: times[0] } };
  try {
    for await (const { lines } of readLogToEnd(pod, begin, { previous, signal })) {
      for (const [at, text] of lines) open.delete(keyOf({ at, text }));
      if (open.size === 0 || (lines.at(-1)?.[0] ?? "") > last) return;
    }
  } catch (error) {
    // What cannot be read again is not confirmed.
    if (!(error instanceof KeplerError)) throw error;
  }
}
