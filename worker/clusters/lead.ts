import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { type Logger } from "#lib/platform/logger";

type Options = { url: string /** What is led, e.g. "cluster:<id>". */; seat: string; log: Logger; signal: AbortSignal };

const TRY_AGAIN_MS = 2_000;
/** Nothing is said on the connection that holds the seat: TCP keepalive alone shows that its other end is gone. */
const KEEPALIVE_MS = 10_000;

/**
 * Runs `reign` while this process is the one leader for a seat, over all processes on one database. The seat is a session
 * advisory lock (https://www.postgresql.org/docs/18/explicit-locking.html#ADVISORY-LOCKS): losing the connection loses it,
 * so a killed leader is replaced by itself. Returns when `signal` aborts.
 */
export async function lead(options: Options, reign: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const { signal, log, seat } = options;
  while (!signal.aborted) {
    try {
      await takeSeat(options, reign);
    } catch (error) {
      if (!signal.aborted) log.warn({ err: error, seat }, "leadership lost");
    }
    await delay(TRY_AGAIN_MS, undefined, { signal }).catch(() => undefined);
  }
}

async function takeSeat({ url, seat, log, signal }: Options, reign: (signal: AbortSignal) => Promise<void>) {
  const client = new pg.Client({
    connectionString: url,
    application_name: "kepler-lead",
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEPALIVE_MS,
  });
  const lost = new AbortController();
  client.on("error", (error) => lost.abort(error));
  client.on("end", () => lost.abort(new Error("database connection ended")));
  try {
    await client.connect();
    const { rows } = await client.query("select pg_try_advisory_lock(hashtextextended($1, 0)) as mine", [seat]);
    const over = AbortSignal.any([signal, lost.signal]);
    // A reign that is over before it began would wait for a word that has been said.
    if (rows[0]?.mine !== true || over.aborted) return;
    log.info({ seat }, "leading");
    await reign(over);
  } finally {
    await client.end().catch(() => undefined);
  }
}
