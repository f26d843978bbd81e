import { LAST_MOMENT_MS, LONGEST_RANGE_MS, MOST_POINTS, SHORTEST_RANGE_MS } from "#lib/metrics/range-rules";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Ranges that end now, by their name in the address. */
export const PRESETS = {
  "15m": 15 * MINUTE_MS,
  "1h": HOUR_MS,
  "3h": 3 * HOUR_MS,
  "6h": 6 * HOUR_MS,
  "24h": 24 * HOUR_MS,
  "7d": 7 * 24 * HOUR_MS,
} as const;
export type Preset = keyof typeof PRESETS;
export const presets = ["15m", "1h", "3h", "6h", "24h", "7d"] as const satisfies readonly Preset[];
const DEFAULT_PRESET: Preset = "1h";

/** The last so much time, live; or between two moments, in ms since the epoch. */
export type TimeRange = { kind: "last"; preset: Preset } | { kind: "between"; fromMs: number; toMs: number };

/** The range that an address names: `range=1h`, or `from` and `to`. What makes no sense is the usual one. */
export function rangeIn(address: { get(name: string): string | null }): TimeRange {
  const [from, to] = [address.get("from"), address.get("to")];
  if (from !== null && to !== null && /^\d{1,15}$/.test(from) && /^\d{1,15}$/.test(to)) {
    const range = { fromMs: Number(from), toMs: Number(to) };
    if (isRange(range)) return { kind: "between", ...range };
  }
  const preset = presets.find((name) => name === address.get("range"));
  return { kind: "last", preset: preset ?? DEFAULT_PRESET };
}

/** Is it one that can be asked for? */
export const isRange = ({ fromMs, toMs }: { fromMs: number; toMs: number }): boolean =>
  toMs - fromMs >= SHORTEST_RANGE_MS && toMs - fromMs <= LONGEST_RANGE_MS && fromMs >= 0 && toMs <= LAST_MOMENT_MS;

/** The address's part for a range: the other's is taken away. */
export function addressOf(range: TimeRange): Record<"range" | "from" | "to", string | null> {
  return range.kind === "last"
    ? { range: range.preset === DEFAULT_PRESET ? null : range.preset, from: null, to: null }
    : { range: null, from: String(range.fromMs), to: String(range.toMs) };
}

export const boundsOf = (range: TimeRange, nowMs: number): { fromMs: number; toMs: number } =>
  range.kind === "last" ? { fromMs: nowMs - PRESETS[range.preset], toMs: nowMs } : range;

/** Half or twice as wide around the same middle, a quarter to a side, or from one moment to another. */
export function zoomed(range: TimeRange, nowMs: number, factor: number): TimeRange {
  const { fromMs, toMs } = boundsOf(range, nowMs);
  const width = Math.min(Math.max((toMs - fromMs) * factor, SHORTEST_RANGE_MS), LONGEST_RANGE_MS);
  const middle = (fromMs + toMs) / 2;
  return between(middle - width / 2, middle + width / 2, nowMs);
}
export function shifted(range: TimeRange, nowMs: number, share: number): TimeRange {
  const { fromMs, toMs } = boundsOf(range, nowMs);
  const by = (toMs - fromMs) * share;
  return between(fromMs + by, toMs + by, nowMs);
}

/** A fixed range of at least the shortest width, that does not reach into the future. */
export function between(fromMs: number, toMs: number, nowMs: number): TimeRange {
  const width = Math.max(toMs - fromMs, SHORTEST_RANGE_MS);
  const end = Math.min(Math.round(toMs), nowMs);
  return { kind: "between", fromMs: Math.max(0, Math.round(end - width)), toMs: end };
}

/** How often a range that ends now is asked for again: about as often as it gets a point more. */
export const againMs = (range: TimeRange): number | false =>
  range.kind === "last" ? Math.min(Math.max(PRESETS[range.preset] / MOST_POINTS, 5000), 60_000) : false;
