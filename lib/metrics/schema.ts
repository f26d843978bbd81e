import { z } from "zod";
import { usageView } from "#lib/clusters/schema";
import { publicError } from "#lib/platform/steps";
import { RELEASE_KINDS, releaseState } from "#lib/releases/schema";
import { LAST_MOMENT_MS, LONGEST_RANGE_MS, SHORTEST_RANGE_MS } from "./range-rules.ts";
import { REQUEST_SOURCES } from "./scope-rules.ts";

export const METRIC_VIEWS = ["sum", "pods"] as const;
/** "main": what an overview has room for. */
export const METRIC_CHARTS = ["all", "main"] as const;
const moment = z.coerce.number().int().min(0).max(LAST_MOMENT_MS);

/** A time range in ms since the epoch. Never a query: what may be read follows from the app's rows. */
export const metricsInput = z
  .object({
    app: z.string(),
    environment: z.string().max(80),
    from: moment,
    to: moment,
    view: z.enum(METRIC_VIEWS).default("sum"),
    charts: z.enum(METRIC_CHARTS).default("all"),
  })
  .refine(({ from, to }) => to - from >= SHORTEST_RANGE_MS, { path: ["from"], message: "The range is too short." })
  .refine(({ from, to }) => to - from <= LONGEST_RANGE_MS, { path: ["from"], message: "The range is too long." });
export type MetricsInput = z.infer<typeof metricsInput>;
export type MetricCharts = MetricsInput["charts"];

export const CHART_KEYS = [
  "cpu",
  "memory",
  "requests",
  "errors",
  "latency",
  "throttling",
  "network",
  "restarts",
] as const;
export type ChartKey = (typeof CHART_KEYS)[number];
export const CHART_UNITS = [
  "cores",
  "bytes",
  "share",
  "bytes-per-second",
  "per-second",
  "count",
  "milliseconds",
] as const;
export type ChartUnit = (typeof CHART_UNITS)[number];
/** What a line is of: the figure itself, one of its halves, a quantile, or what it is held against. */
export const SERIES_PARTS = ["value", "in", "out", "p50", "p95", "p99", "request", "limit"] as const;
export type SeriesPart = (typeof SERIES_PARTS)[number];

const chartSeries = z.object({
  /** Null for the sum of all. */
  pod: z.string().nullable(),
  part: z.enum(SERIES_PARTS),
  /** One for each moment of the grid; null = nobody knows, which is not zero. */
  values: z.array(z.number().nullable()),
});
export type ChartSeries = z.infer<typeof chartSeries>;
const chart = z.object({
  key: z.enum(CHART_KEYS),
  unit: z.enum(CHART_UNITS),
  series: z.array(chartSeries),
  /** Pods that are not among the series, because there are too many. */
  hidden: z.number().int(),
});
export type Chart = z.infer<typeof chart>;

/** A release that began within the range. */
const releaseMark = z.object({
  id: z.uuid(),
  number: z.number().int(),
  kind: z.enum(RELEASE_KINDS),
  state: releaseState,
  /** Null = Kepler itself. */
  by: z.string().nullable(),
  at: z.iso.datetime(),
});
export type ReleaseMark = z.infer<typeof releaseMark>;

/** "absent": no Prometheus is configured. "awaited": its pods are too young. The others are what became of asking it. */
export const METRICS_STATES = ["ok", "stale", "awaited", "empty", "unreachable", "forbidden", "absent"] as const;

export const metricsView = z.object({
  view: z.enum(METRIC_VIEWS),
  state: z.enum(METRICS_STATES),
  /** What Prometheus said, when it did not answer the question. */
  problem: publicError.nullable(),
  /** Stale: the newest sample. Unreachable: when Prometheus last answered. Null = never, or it does not matter. */
  lastAt: z.iso.datetime().nullable(),
  /** Do pods run for which there ought to be samples? */
  isRunning: z.boolean(),
  grid: z.object({ startMs: z.number(), stepMs: z.number(), count: z.number().int() }),
  /** Who counts requests now, and who did in the older part of the range. */
  requestSource: z.enum(REQUEST_SOURCES).nullable(),
  earlierSources: z.array(z.enum(REQUEST_SOURCES)),
  charts: z.array(chart),
  releases: z.array(releaseMark),
  /** From the cluster's own meters, where Prometheus has nothing to say. */
  usage: usageView.shape.highest,
  /** The dashboard for this app and range, where one is configured. */
  grafana: z.string().nullable(),
});
export type MetricsView = z.infer<typeof metricsView>;
