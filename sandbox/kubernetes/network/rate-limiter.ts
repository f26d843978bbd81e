import { type RateLimit } from "./plan.ts";

/** Token buckets by key: `take` says whether there was a token. A bucket for nothing per second lets everything pass. */
export class RateLimiter {
  readonly #buckets = new Map<string, { tokens: number; at: number }>();

  take({ key, perSecond, burst }: RateLimit, nowMs: number): boolean {
    if (perSecond <= 0) return true;
    const before = this.#buckets.get(key) ?? { tokens: burst, at: nowMs };
    const tokens = Math.min(burst, before.tokens + ((nowMs - before.at) * perSecond) / 1000);
    this.#buckets.set(key, { tokens: tokens >= 1 ? tokens - 1 : tokens, at: nowMs });
    return tokens >= 1;
  }
}
