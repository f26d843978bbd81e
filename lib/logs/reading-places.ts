import "server-only";
import { RateLimited } from "#lib/platform/errors";

/** How many logs a person reads at once, pages and downloads together: each holds up to MOST_PODS connections to a cluster. */
export const MOST_READ = 8;
/** A page that is looked away from gives its place back within a minute; most are left sooner. */
const RETRY_AFTER_MS = 10_000;

const kept: typeof globalThis & { keplerLogReaders?: Map<string, number> } = globalThis;

/**
 * Takes one of the person's places in this process, which holds the connections that they stand for: a process that dies
 * takes both along. Returns what gives it back, once. Throws RateLimited when all are taken.
 */
export function takeReadingPlace(userId: string): () => void {
  const readers = (kept.keplerLogReaders ??= new Map());
  const taken = readers.get(userId) ?? 0;
  if (taken >= MOST_READ) {
    throw new RateLimited(`You are reading ${taken} logs at once, and more are not possible.`, {
      next: "Close another page of logs, or wait until a download is over.",
      retryAfterMs: RETRY_AFTER_MS,
    });
  }
  readers.set(userId, taken + 1);
  let isHeld = true;
  return () => {
    if (!isHeld) return;
    isHeld = false;
    const left = (readers.get(userId) ?? 1) - 1;
    if (left > 0) readers.set(userId, left);
    else readers.delete(userId);
  };
}
