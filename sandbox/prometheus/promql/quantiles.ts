import { type Labels } from "../metrics.ts";
import { NAME, signature, without } from "./labels.ts";
import { type Sample } from "./values.ts";

/** Between the two nearest ranks, linearly. NaN sorts first, as in Go. */
export function quantile(phi: number, all: number[]): number {
  if (all.length === 0 || Number.isNaN(phi)) return NaN;
  if (phi < 0) return -Infinity;
  if (phi > 1) return Infinity;
  const sorted = [...all].sort((a, b) => (Number.isNaN(a) ? -1 : Number.isNaN(b) ? 1 : a - b));
  const rank = phi * (sorted.length - 1);
  const low = Math.max(0, Math.floor(rank));
  const high = Math.min(sorted.length - 1, low + 1);
  const weight = rank - Math.floor(rank);
  return (sorted[low] ?? NaN) * (1 - weight) + (sorted[high] ?? NaN) * weight;
}

type Bucket = { bound: number; count: number };

/** histogram_quantile over classic buckets: series that differ in nothing but `le` are one histogram. */
export function histogramQuantile(phi: number, samples: Sample[]): Sample[] {
  const histograms = new Map<string, { labels: Labels; buckets: Bucket[] }>();
  for (const { labels, value } of samples) {
    const bound = boundOf(labels.le);
    if (bound === undefined) continue;
    const rest = without(labels, ["le", NAME]);
    const key = signature(rest);
    const histogram = histograms.get(key) ?? { labels: rest, buckets: [] };
    histogram.buckets.push({ bound, count: value });
    histograms.set(key, histogram);
  }
  return [...histograms.values()].map(({ labels, buckets }) => ({ labels, value: bucketQuantile(phi, buckets) }));
}

function boundOf(le: string | undefined): number | undefined {
  if (le === undefined) return undefined;
  const bound = /^\+?inf$/i.test(le) ? Infinity : Number(le);
  return Number.isNaN(bound) || le === "" ? undefined : bound;
}

/** Linear within the bucket; the highest bounded one has the last word where the rank lies beyond it. */
function bucketQuantile(phi: number, given: Bucket[]): number {
  if (Number.isNaN(phi)) return NaN;
  if (phi < 0) return -Infinity;
  if (phi > 1) return Infinity;
  const buckets = cumulative(given);
  const last = buckets.at(-1);
  if (last === undefined || last.bound !== Infinity || buckets.length < 2) return NaN;
  if (last.count === 0 || Number.isNaN(last.count)) return NaN;
  const rank = phi * last.count;
  const index = buckets.slice(0, -1).findIndex(({ count }) => count >= rank);
  const found = index < 0 ? undefined : buckets[index];
  if (found === undefined) return buckets.at(-2)?.bound ?? NaN;
  if (index === 0 && found.bound <= 0) return found.bound;
  const below = buckets[index - 1] ?? { bound: 0, count: 0 };
  return below.bound + (found.bound - below.bound) * ((rank - below.count) / (found.count - below.count));
}

/** In order, equal bounds added up, and never falling. */
function cumulative(given: Bucket[]): Bucket[] {
  const merged: Bucket[] = [];
  for (const { bound, count } of [...given].sort((a, b) => a.bound - b.bound)) {
    const last = merged.at(-1);
    if (last?.bound === bound) last.count += count;
    else merged.push({ bound, count });
  }
  let highest = 0;
  return merged.map(({ bound, count }) => {
    highest = Math.max(highest, count);
    return { bound, count: highest };
  });
}
