import "server-only";
import { type Prometheus, type QueryRange, type Series } from "#lib/clients/prometheus/client";
import { type ChartPlan, type ChartPlanOptions, chartPlans } from "./chart-rules.ts";
import { inTurns } from "./in-turns.ts";
import { encode, select } from "./promql-rules.ts";
import {
  endOf,
  type Grid,
  gridOf,
  MOST_POINTS,
  MOST_POINTS_IN_SHORT,
  rateWindowSeconds,
  scrapeSecondsOf,
} from "./range-rules.ts";
import { linesOf } from "./sample-rules.ts";
import { type Chart } from "./schema.ts";
import { containerMatchers } from "./scope-rules.ts";

const DEADLINE_MS = 10_000;
/** Long enough for two scrapes where they are a minute apart. */
const SCRAPES_WITHIN_SECONDS = 150;

type Wanted = Omit<ChartPlanOptions, "windowSeconds">;

/**
 * Asks Prometheus for the wanted charts over a range, on one grid. How often it scrapes is measured first, because a window that
 * is too short for that shows nothing, and one that is too long hides what happened. Throws what the client throws.
 */
export async function askCharts(
  prometheus: Prometheus,
  wanted: Wanted,
  range: { fromMs: number; toMs: number },
  signal: AbortSignal,
): Promise<{ grid: Grid; charts: Chart[]; scrapeSeconds: number }> {
  const terms = { signal, deadlineMs: DEADLINE_MS };
  const recent = select("container_memory_working_set_bytes", containerMatchers(wanted.scope), SCRAPES_WITHIN_SECONDS);
  const scrapeSeconds = scrapeSecondsOf(await prometheus.queryInstant(encode(recent), range.toMs, terms));
  const grid = gridOf(range, scrapeSeconds, wanted.charts === "main" ? MOST_POINTS_IN_SHORT : MOST_POINTS);
  const windowSeconds = rateWindowSeconds(grid.stepMs, scrapeSeconds);
  const plans = chartPlans({ ...wanted, windowSeconds });
  const asked: QueryRange = { startMs: grid.startMs, endMs: endOf(grid), stepMs: grid.stepMs };
  const queries = plans.flatMap(({ queries }) => queries.map(({ expr }) => encode(expr)));
  const answers = await inTurns(queries, (query) => prometheus.queryRange(query, asked, terms));
  return { grid, scrapeSeconds, charts: chartsOf(plans, grid, answers) };
}

function chartsOf(plans: ChartPlan[], grid: Grid, answers: Series[][]): Chart[] {
  let next = 0;
  return plans.map(({ key, unit, queries }) => {
    const parts = queries.map(({ part }) => linesOf(grid, part, answers[next++] ?? []));
    const hidden = Math.max(...parts.map((part) => part.hidden));
    return { key, unit, hidden, series: parts.flatMap(({ lines }) => lines) };
  });
}
