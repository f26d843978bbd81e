import { type Labels } from "../metrics.ts";
import { type Point } from "../tape.ts";
import { ExecutionError } from "./ast.ts";
import { signature } from "./labels.ts";

export type Sample = { labels: Labels; value: number };
export type RangeSeries = { labels: Labels; points: Point[] };

/** What an expression comes to at one moment. A matrix knows its window. */
export type Value =
  | { type: "scalar"; value: number }
  | { type: "string"; value: string }
  | { type: "vector"; samples: Sample[] }
  | { type: "matrix"; series: RangeSeries[]; window: { from: number; to: number } };

export const vector = (samples: Sample[]): Value => ({ type: "vector", samples });

/** Throws where two samples have the same labels, which a function that drops the name may bring about. */
export function distinct(samples: Sample[]): Sample[] {
  const seen = new Set<string>();
  for (const { labels } of samples) {
    const key = signature(labels);
    if (seen.has(key)) throw new ExecutionError("vector cannot contain metrics with the same labelset");
    seen.add(key);
  }
  return samples;
}
