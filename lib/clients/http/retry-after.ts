import "server-only";

const LONGEST_MS = 60 * 60_000;

/**
 * When the system wants to be asked again, in ms from `nowMs`: `Retry-After` in seconds or as a date (RFC 9110 §10.2.3),
 * else `RateLimit-Reset` in Unix seconds as GitLab sends it. At most an hour; undefined when it does not say.
 */
export function retryAfterMs(headers: Headers, nowMs: number): number | undefined {
  const after = headers.get("retry-after")?.trim();
  if (after) {
    const waitMs = /^\d+$/.test(after) ? Number(after) * 1000 : Date.parse(after) - nowMs;
    if (Number.isFinite(waitMs)) return clamp(waitMs);
  }
  const reset = headers.get("ratelimit-reset")?.trim();
  if (reset && /^\d+$/.test(reset)) return clamp(Number(reset) * 1000 - nowMs);
  return undefined;
}

const clamp = (ms: number): number => Math.min(Math.max(ms, 0), LONGEST_MS);
