import { endOf, type Grid } from "./range-rules.ts";
import { type Chart, type ChartSeries, type MetricsView, type SeriesPart } from "./schema.ts";

type Series = { labels: Readonly<Record<string, string>>; samples: readonly { atMs: number; value: number }[] };

/** Samples on their moments of the grid. What is missing, not a number or infinite is a gap: nobody measured it. */
export function valuesOn(grid: Grid, samples: Series["samples"]): (number | null)[] {
  const values: (number | null)[] = Array.from({ length: grid.count }, () => null);
  for (const { atMs, value } of samples) {
    const index = Math.round((atMs - grid.startMs) / grid.stepMs);
    if (index >= 0 && index < grid.count && Number.isFinite(value)) values[index] = value;
  }
  return values;
}

/** More lines than these cannot be told apart, and each is drawn. */
const MOST_LINES = 20;

/**
 * Lines of a chart in the order of their pods' names; what has no value at all is no line. Of very many those that rise
 * highest are told, and how many are not.
 */
export function linesOf(
  grid: Grid,
  part: SeriesPart,
  all: readonly Series[],
): { lines: ChartSeries[]; hidden: number } {
  const known = all
    .map(({ labels, samples }) => ({ pod: labels.pod ?? null, part, values: valuesOn(grid, samples) }))
    .map((line) => ({ line, peak: Math.max(...line.values.filter((value) => value !== null)) }))
    .filter(({ peak }) => peak !== -Infinity)
    .sort((a, b) => b.peak - a.peak);
  const lines = known.slice(0, MOST_LINES).map(({ line }) => line);
  lines.sort((a, b) => (a.pod ?? "").localeCompare(b.pod ?? "", "en", { numeric: true }));
  return { lines, hidden: known.length - lines.length };
}

/** The newest moment at which the containers themselves were measured; null when they never were. */
export function newestOf(grid: Grid, charts: readonly Chart[]): number | null {
  const measured = charts
    .filter(({ key }) => key === "cpu" || key === "memory")
    .flatMap(({ series }) => series.filter(({ part }) => part === "value"))
    .map(({ values }) => values.findLastIndex((value) => value !== null));
  const last = Math.max(-1, ...measured);
  return last < 0 ? null : grid.startMs + last * grid.stepMs;
}

type Found = {
  grid: Grid;
  newestMs: number | null;
  scrapeSeconds: number;
  nowMs: number;
  /** When the oldest of the pods that are ready was made; null without one. */
  runningSinceMs: number | null;
};

/**
 * Figures that end are only "stale" where there ought to be more: in a range that reaches the present, and of a pod that has
 * stood for several scrapes. A range of the past ends, and a young pod begins, without them: its first are "awaited".
 */
export function stateOfAnswer({
  grid,
  newestMs,
  scrapeSeconds,
  nowMs,
  runningSinceMs,
}: Found): MetricsView["state"] & ("ok" | "stale" | "awaited" | "empty") {
  const patienceMs = Math.max(4 * scrapeSeconds * 1000, 2 * grid.stepMs);
  const reachesNow = nowMs - endOf(grid) < patienceMs + grid.stepMs;
  const expected = runningSinceMs !== null && nowMs - runningSinceMs > patienceMs;
  if (newestMs === null) return reachesNow && runningSinceMs !== null && !expected ? "awaited" : "empty";
  return reachesNow && expected && nowMs - newestMs > patienceMs + grid.stepMs ? "stale" : "ok";
}
