import { type Point } from "../tape.ts";
import { quantile } from "./quantiles.ts";

/** A window of samples; both ends belong to it (Prometheus 2). */
export type Window = { from: number; to: number };
/** What a function makes of the samples of one series in a window; undefined when they are too few. */
export type RangeFunction = (points: Point[], window: Window, ...scalars: number[]) => number | undefined;

const values = (points: Point[]): number[] => points.map(({ v }) => v);
const sum = (all: number[]): number => all.reduce((total, value) => total + value, 0);

/** Prometheus's extrapolatedRate: to the window's ends, but not far beyond the first and last sample, and not below zero. */
const extrapolated =
  (isCounter: boolean, perSecond: boolean): RangeFunction =>
  (points, { from, to }) => {
    const [first, last] = [points[0], points.at(-1)];
    if (first === undefined || last === undefined || points.length < 2) return undefined;
    let change = last.v - first.v;
    if (isCounter)
      points.forEach(({ v }, index) => {
        const before = points[index - 1]?.v ?? v;
        if (v < before) change += before;
      });
    const sampled = (last.t - first.t) / 1000;
    const between = sampled / (points.length - 1);
    let toStart = (first.t - from) / 1000;
    const toEnd = (to - last.t) / 1000;
    if (isCounter && change > 0 && first.v >= 0) toStart = Math.min(toStart, sampled * (first.v / change));
    const near = (gap: number): number => (gap < between * 1.1 ? gap : between / 2);
    const factor = (sampled + near(toStart) + near(toEnd)) / sampled;
    return (change * factor) / (perSecond ? (to - from) / 1000 : 1);
  };

const lastTwo =
  (isRate: boolean): RangeFunction =>
  (points) => {
    const [before, last] = points.slice(-2);
    if (before === undefined || last === undefined || last.t === before.t) return undefined;
    const change = isRate && last.v < before.v ? last.v : last.v - before.v;
    return isRate ? change / ((last.t - before.t) / 1000) : change;
  };

const counted =
  (counts: (now: number, before: number) => boolean): RangeFunction =>
  (points) =>
    points.length === 0
      ? undefined
      : points.filter(({ v }, index) => index > 0 && counts(v, points[index - 1]?.v ?? v)).length;

/** Least squares; the intercept is the value at `at`. */
function regression(points: Point[], at: number): { slope: number; intercept: number } | undefined {
  if (points.length < 2) return undefined;
  const x = points.map(({ t }) => (t - at) / 1000);
  const y = values(points);
  const n = points.length;
  const covariance = sum(x.map((each, index) => each * (y[index] ?? 0))) - (sum(x) * sum(y)) / n;
  const slope = covariance / (sum(x.map((each) => each * each)) - sum(x) ** 2 / n);
  return { slope, intercept: sum(y) / n - (slope * sum(x)) / n };
}

const some =
  (make: (all: number[], points: Point[]) => number | undefined): RangeFunction =>
  (points) =>
    points.length === 0 ? undefined : make(values(points), points);

/** Welford's way, which is exact where all are equal. */
export function variance(all: number[]): number {
  let [mean, squares] = [0, 0];
  all.forEach((value, index) => {
    const delta = value - mean;
    mean += delta / (index + 1);
    squares += delta * (value - mean);
  });
  return squares / all.length;
}
/** NaN only where there is nothing else. */
export const extreme = (all: number[], better: (a: number, b: number) => boolean): number =>
  all.reduce((best, value) => (better(value, best) || Number.isNaN(best) ? value : best), NaN);

export const RANGE_FUNCTIONS: Record<string, RangeFunction> = {
  rate: extrapolated(true, true),
  increase: extrapolated(true, false),
  delta: extrapolated(false, false),
  irate: lastTwo(true),
  idelta: lastTwo(false),
  changes: counted((now, before) => now !== before && !(Number.isNaN(now) && Number.isNaN(before))),
  resets: counted((now, before) => now < before),
  deriv: (points) => regression(points, points[0]?.t ?? 0)?.slope,
  predict_linear: (points, { to }, seconds = 0) => {
    const line = regression(points, to);
    return line && line.slope * seconds + line.intercept;
  },
  avg_over_time: some((all) => sum(all) / all.length),
  sum_over_time: some(sum),
  count_over_time: some((all) => all.length),
  min_over_time: some((all) => extreme(all, (a, b) => a < b)),
  max_over_time: some((all) => extreme(all, (a, b) => a > b)),
  stdvar_over_time: some(variance),
  stddev_over_time: some((all) => Math.sqrt(variance(all))),
  last_over_time: some((all) => all.at(-1)),
  present_over_time: some(() => 1),
  quantile_over_time: (points, _window, phi = NaN) => (points.length === 0 ? undefined : quantile(phi, values(points))),
};
