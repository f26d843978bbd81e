import { type PublicError } from "#lib/platform/errors";

/** What the gateway counted of one side: requests, the share of them that failed, and how long 95 of 100 took at most. */
export type Side = { requests: number; errorShare: number; p95Ms: number | null };
export type Sides = { stable: Side; canary: Side };
export type Judgement = { is: "well" } | { is: "unknown" } | { is: "worse"; error: PublicError };

/** What a person is told of a canary that failed. */
export const BACK = "All requests go to what ran before. Look at the canary's log, then release a mended build.";

/** Fewer requests say nothing about a share. */
export const FEWEST_REQUESTS = 20;
const FEWEST_FOR_P95 = 100;
/** How much worse the canary may be: five in a hundred failing more, half as long again and 50 ms. */
const MORE_ERRORS = 0.05;
const SLOWER = { times: 1.5, ms: 50 };

/**
 * What the canary may come to at most beside a side that does so; null = there are too few requests to say. No time where
 * too few were measured: a side without requests has nothing to be compared with, and then only errors count.
 */
export function limitsOf({ stable, canary }: Sides): Omit<Side, "requests"> | null {
  if (canary.requests < FEWEST_REQUESTS) return null;
  const measured = Math.min(stable.requests, canary.requests) >= FEWEST_FOR_P95;
  return {
    errorShare: stable.errorShare + MORE_ERRORS,
    p95Ms: measured && stable.p95Ms !== null ? stable.p95Ms * SLOWER.times + SLOWER.ms : null,
  };
}

/** Does the canary do as well as what runs? */
export function judge(sides: Sides): Judgement {
  const { stable, canary } = sides;
  const limits = limitsOf(sides);
  if (limits === null) return { is: "unknown" };
  if (canary.errorShare > limits.errorShare) {
    return worse(
      `${percent(canary.errorShare)} of the canary's requests fail, ${percent(stable.errorShare)} of the others.`,
    );
  }
  if (limits.p95Ms !== null && canary.p95Ms !== null && canary.p95Ms > limits.p95Ms) {
    return worse(
      `The canary takes up to ${round(canary.p95Ms)} ms for 95 of 100 requests, the others ${round(stable.p95Ms ?? 0)} ms.`,
    );
  }
  return { is: "well" };
}

const round = (value: number): number => Math.round(value);
const percent = (share: number): string => `${Math.round(share * 1000) / 10} %`;

const worse = (message: string): Judgement => ({
  is: "worse",
  error: {
    code: "conflict",
    system: "kepler",
    message,
    next: BACK,
  },
});
