import { isTerminal } from "../release-rules.ts";
import { type ReleaseState } from "../schema.ts";

/** So many services show whether a gateway takes over, before all the others follow. */
const FIRST_WAVE = 3;
export type Wave = { is: "ask"; count: number } | { is: "wait" } | { is: "stop" };
type Item = { refused: boolean; state: ReleaseState | null };

/**
 * How a move between gateways goes on: a few services first; all others as soon as one of those is through, and none when
 * none of them is. An item is refused, has a release in some state, or still waits.
 */
export function nextWave(items: readonly Item[]): Wave {
  const begun = items.filter(({ refused, state }) => refused || state !== null);
  const waiting = items.length - begun.length;
  // One that a newer release took over was not shown to fail, and the newer one moves on.
  if (begun.some(({ state }) => state === "done" || state === "superseded")) return { is: "ask", count: waiting };
  if (begun.length < FIRST_WAVE) return { is: "ask", count: Math.min(waiting, FIRST_WAVE - begun.length) };
  const undecided = begun.some(({ state }) => state !== null && !isTerminal(state));
  return undecided ? { is: "wait" } : { is: "stop" };
}
