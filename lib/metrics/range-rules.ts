/** A grid of moments: `count` of them, `stepMs` apart, from `startMs`. In ms since the epoch. */
export type Grid = { startMs: number; stepMs: number; count: number };

export const SHORTEST_RANGE_MS = 60_000;
export const LONGEST_RANGE_MS = 31 * 86_400_000;
/** The end of the year 9999: a Date can hold it and so can Postgres. */
export const LAST_MOMENT_MS = 253_402_300_799_000;
/** As many points as a chart can show apart, and as a small one on an overview can. */
export const MOST_POINTS = 240;
export const MOST_POINTS_IN_SHORT = 60;

/** Round ones, so that the points of two charts, and of two looks at one, fall on the same moments. */
const STEPS_SECONDS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600];

/**
 * Where a range is asked for: the smallest round step that gives at most so many points and is no shorter than the time
 * between two scrapes. The last moment is the last of the grid that is not after the range's end.
 */
export function gridOf(
  range: { fromMs: number; toMs: number },
  scrapeSeconds: number,
  mostPoints: number = MOST_POINTS,
): Grid {
  const least = Math.max((range.toMs - range.fromMs) / 1000 / mostPoints, scrapeSeconds);
  const seconds = STEPS_SECONDS.find((step) => step >= least) ?? Math.ceil(least / 21_600) * 21_600;
  const stepMs = seconds * 1000;
  const startMs = Math.ceil(range.fromMs / stepMs) * stepMs;
  const endMs = Math.max(startMs, Math.floor(range.toMs / stepMs) * stepMs);
  return { startMs, stepMs, count: (endMs - startMs) / stepMs + 1 };
}

export const endOf = ({ startMs, stepMs, count }: Grid): number => startMs + (count - 1) * stepMs;

const MOST_SCRAPE_SECONDS = 120;
/** When nothing has been measured yet: what most installations have. */
const USUAL_SCRAPE_SECONDS = 30;

/** How far apart scrapes are: the middle one of the gaps between the samples of the series that has most. */
export function scrapeSecondsOf(series: readonly { samples: readonly { atMs: number }[] }[]): number {
  const fullest = series.reduce<readonly { atMs: number }[]>(
    (most, { samples }) => (samples.length > most.length ? samples : most),
    [],
  );
  const gaps = fullest.slice(1).map(({ atMs }, index) => atMs - (fullest[index]?.atMs ?? 0));
  const middle = gaps.sort((a, b) => a - b)[Math.floor(gaps.length / 2)];
  // Scrapes are some ms early or late; what is configured is whole seconds.
  return middle === undefined
    ? USUAL_SCRAPE_SECONDS
    : Math.min(Math.max(Math.round(middle / 1000), 1), MOST_SCRAPE_SECONDS);
}

/**
 * Over how long a rate is taken: no step falls between two windows, and each window holds at least the two samples that a
 * rate needs even when a scrape was missed (https://grafana.com/docs/grafana/latest/datasources/prometheus/template-variables/#use-__rate_interval).
 */
export const rateWindowSeconds = (stepMs: number, scrapeSeconds: number): number =>
  Math.ceil(Math.max(stepMs / 1000 + scrapeSeconds, 4 * scrapeSeconds));
