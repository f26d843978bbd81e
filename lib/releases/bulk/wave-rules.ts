import { isTerminal } from "../release-rules.ts";
import { type ReleaseState } from "../schema.ts";

/** So many services show whether a gateway takes over, before all the others follow. */
export const FIRST_WAVE = 3;
export type Wave = { is: "ask"; count: number } | { is: "wait" } | { is: "stop" };
/** `refused`: it was never tried at the gateway. */
type Item = { refused: boolean; state: ReleaseState | null };

/**
 * How a move between gateways goes on: a few services first; all others as soon as one of those is through, and none when
 * none of them is. One that is refused says nothing of the gateway: another one is tried in its place.
 */
export function nextWave(items: readonly Item[]): Wave {
  const open = items.filter(({ refused }) => !refused);
  const tried = open.flatMap(({ state }) => state ?? []);
  const waiting = open.length - tried.length;
  // One that a newer release took over was not shown to fail, and the newer one moves on.
  if (tried.some((state) => state === "done" || state === "superseded")) return { is: "ask", count: waiting };
  if (tried.length < FIRST_WAVE) return { is: "ask", count: Math.min(waiting, FIRST_WAVE - tried.length) };
  return tried.every(isTerminal) ? { is: "stop" } : { is: "wait" };
}

/** Did its release end before anything of it was applied, for a reason of the service's own? */
export const endedUntried = ({ state, steps }: { state: ReleaseState; steps: { startedAt: Date | null }[] }): boolean =>
  (state === "failed" || state === "aborted") && steps.every(({ startedAt }) => startedAt === null);
