import type { Grid } from "#lib/metrics/range-rules";

/** Where things lie in a plot, as shares of its width and height: 0 is left and bottom. */
export type Domain = { fromMs: number; toMs: number };

export const xOf = ({ fromMs, toMs }: Domain, atMs: number): number => (atMs - fromMs) / (toMs - fromMs);

/**
 * The top of an axis that begins at zero, and its marks: at most four steps of 1, 2 or 5 times a power of `base`
 * (10; for bytes 2, so that marks are whole mebibytes).
 */
export function axisOf(highest: number, base: 10 | 2 = 10): { top: number; marks: number[] } {
  if (!(highest > 0)) return { top: 1, marks: [0, 1] };
  const least = highest / 4;
  const power = base ** Math.floor(Math.log(least) / Math.log(base));
  const step = (base === 10 ? [1, 2, 5, 10] : [1, 2]).map((one) => one * power).find((one) => one >= least) ?? power;
  const count = Math.ceil(highest / step - 1e-9);
  return { top: count * step, marks: Array.from({ length: count + 1 }, (_, index) => index * step) };
}

const TIME_STEPS_MS = [
  5000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 900_000, 1_800_000, 3_600_000, 7_200_000, 10_800_000,
  21_600_000, 43_200_000, 86_400_000, 172_800_000, 432_000_000, 864_000_000,
];

/** Round moments of the person's own clock, at most `most` of them. `offsetMs` is how far that clock is ahead of UTC. */
export function timeMarks({ fromMs, toMs }: Domain, most: number, offsetMs: number): number[] {
  const step = TIME_STEPS_MS.find((ms) => (toMs - fromMs) / ms <= most) ?? toMs - fromMs;
  const first = Math.ceil((fromMs + offsetMs) / step) * step - offsetMs;
  const marks: number[] = [];
  for (let at = first; at <= toMs; at += step) marks.push(at);
  return marks;
}

/**
 * A line through the values as an SVG path in a box of 1000 × 1000; null breaks it, and a value with a gap on both sides
 * is a short stroke, so that it is seen.
 */
export function linePath(values: readonly (number | null)[], xs: readonly number[], top: number): string {
  const parts: string[] = [];
  let drawing = false;
  values.forEach((value, index) => {
    if (value === null) {
      drawing = false;
      return;
    }
    const x = (xs[index] ?? 0) * 1000;
    const point = `${round(x)} ${round(1000 - (Math.min(value, top) / top) * 1000)}`;
    const alone = !drawing && (values[index + 1] ?? null) === null;
    parts.push(drawing ? `L${point}` : `M${point}`, alone ? "h3" : "");
    drawing = true;
  });
  return parts.join("");
}

const round = (value: number): number => Math.round(value * 10) / 10;

/** The moment of the grid that is nearest to a place in the plot; null where the grid does not reach. */
export function nearest(grid: Grid, atMs: number): number | null {
  const index = Math.round((atMs - grid.startMs) / grid.stepMs);
  return index >= 0 && index < grid.count ? index : null;
}

/** Marks that would cover each other are one, told at its newest: each of a group is within `room` of the one before. */
export function grouped<T>(marks: readonly T[], xOfMark: (mark: T) => number, room: number): T[][] {
  const groups: T[][] = [];
  for (const mark of [...marks].sort((a, b) => xOfMark(a) - xOfMark(b))) {
    const before = groups.at(-1)?.at(-1);
    if (before !== undefined && xOfMark(mark) - xOfMark(before) < room) groups.at(-1)?.push(mark);
    else groups.push([mark]);
  }
  return groups;
}
