import "server-only";
import { type Db } from "#lib/platform/db";
import { NotFound } from "#lib/platform/errors";
import { recordSystem, type SystemKey } from "./record-system.ts";

/** The cheapest question that proves a system's address and credentials, for each system by its key. */
export type Pings = ReadonlyMap<SystemKey, (signal: AbortSignal) => Promise<unknown>>;

/** Asks one system now and notes the answer. Never throws for a system that is down: that is an answer too. */
export async function checkSystem(
  db: Db,
  pings: Pings,
  key: SystemKey,
  { now, signal }: { now: Date; signal: AbortSignal },
): Promise<void> {
  const ping = pings.get(key);
  if (!ping) throw new NotFound("There is no such system.");
  const result = await ping(signal).then(
    () => "ok",
    (error: unknown) => error,
  );
  if (!signal.aborted) await recordSystem(db, key, result, now);
}
