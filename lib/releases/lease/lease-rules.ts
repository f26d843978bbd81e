/** Longest lease: what should stay longer than a month is a setting. */
const LONGEST_LEASE_MS = 31 * 86_400_000;
/** The queue is asked again at least so often: no timer has to be right for a month. */
const LONGEST_WAIT_MS = 3_600_000;

/** Is this a moment at which a lease that begins now may end? */
export const mayEndAt = (until: Date, now: Date): boolean =>
  until.getTime() > now.getTime() && until.getTime() - now.getTime() <= LONGEST_LEASE_MS;

type Lease = { replicas: number; backTo: number; dueAt: Date; endedAt: Date | null };
export type LeaseTask = { do: "nothing" } | { do: "wait"; ms: number } | { do: "end"; as: "given_back" | "changed" };

/**
 * What a lease asks for now. `wanted` = the number that the place wants at this moment (null when nothing is wanted there
 * any more): only the number that the lease itself set is taken back.
 */
export function leaseTask({ replicas, dueAt, endedAt }: Lease, wanted: number | null, now: Date): LeaseTask {
  if (endedAt) return { do: "nothing" };
  const leftMs = dueAt.getTime() - now.getTime();
  if (leftMs > 0) return { do: "wait", ms: Math.min(leftMs, LONGEST_WAIT_MS) };
  return { do: "end", as: wanted === replicas ? "given_back" : "changed" };
}
