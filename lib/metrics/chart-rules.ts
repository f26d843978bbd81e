import { type AppSettings } from "#lib/apps/spec-schema";
import {
  aggregate,
  binary,
  call,
  type Expr,
  equal,
  type Matcher,
  matching,
  number,
  rate,
  select,
} from "./promql-rules.ts";
import { type ChartKey, type ChartUnit, type MetricCharts, type MetricsView, type SeriesPart } from "./schema.ts";
import {
  containerMatchers,
  type MetricScope,
  podMatchers,
  type RequestMetrics,
  type RequestSource,
  requestMetricsOf,
} from "./scope-rules.ts";

export type ChartQuery = { part: SeriesPart; expr: Expr };
export type ChartPlan = { key: ChartKey; unit: ChartUnit; queries: ChartQuery[] };
export type ChartPlanOptions = {
  scope: MetricScope;
  view: MetricsView["view"];
  charts: MetricCharts;
  windowSeconds: number;
  /** Who counts now, then who did earlier: as long as nothing tells pods apart. Empty where nobody did. */
  requests: { sources: readonly RequestSource[]; ports: AppSettings["ports"] };
};

/** What to ask for each chart, in the order in which they are shown. */
export function chartPlans({ charts, ...options }: ChartPlanOptions): ChartPlan[] {
  const plans = allPlans(options);
  if (charts === "all") return plans;
  return plans.flatMap(({ queries, ...plan }) =>
    MAIN_CHARTS.includes(plan.key)
      ? [{ ...plan, queries: queries.filter(({ part }) => MAIN_PARTS.includes(part)) }]
      : [],
  );
}

const MAIN_CHARTS: readonly ChartKey[] = ["cpu", "memory", "requests", "latency"];
/** Of each one line, and the most that it may be. */
const MAIN_PARTS: readonly SeriesPart[] = ["value", "p95", "limit"];

function allPlans({ scope, view, windowSeconds, requests }: Omit<ChartPlanOptions, "charts">): ChartPlan[] {
  const by = view === "pods" ? ["pod"] : [];
  const pods = podMatchers(scope);
  const container = containerMatchers(scope);
  const sum = (of: Expr): Expr => aggregate("sum", by, of);
  const perSecond = (metric: string, matchers: Matcher[]): Expr => sum(rate(metric, matchers, windowSeconds));
  // A pod's own limit beside each pod, the sum of all beside their sum.
  const bound = (metric: string, resource: "cpu" | "memory"): Expr =>
    aggregate(view === "pods" ? "max" : "sum", [], select(metric, [...container, equal("resource", resource)]));
  const bounds = (resource: "cpu" | "memory"): ChartQuery[] => [
    { part: "request", expr: bound("kube_pod_container_resource_requests", resource) },
    { part: "limit", expr: bound("kube_pod_container_resource_limits", resource) },
  ];
  const throttled = perSecond("container_cpu_cfs_throttled_periods_total", container);
  const periods = perSecond("container_cpu_cfs_periods_total", container);
  const restarts = call("increase", select("kube_pod_container_status_restarts_total", container, windowSeconds));
  const service = { app: scope.app, ports: requests.ports };
  const counted = requests.sources.map((source) => requestMetricsOf(source, scope.namespace, [service]));
  return [
    {
      key: "cpu",
      unit: "cores",
      queries: [{ part: "value", expr: perSecond("container_cpu_usage_seconds_total", container) }, ...bounds("cpu")],
    },
    {
      key: "memory",
      unit: "bytes",
      queries: [
        { part: "value", expr: sum(select("container_memory_working_set_bytes", container)) },
        ...bounds("memory"),
      ],
    },
    ...inTurn(counted.map((of) => requestPlans(of, view, windowSeconds))),
    { key: "throttling", unit: "share", queries: [{ part: "value", expr: binary(throttled, "/", periods) }] },
    {
      key: "network",
      unit: "bytes-per-second",
      queries: [
        { part: "in", expr: perSecond("container_network_receive_bytes_total", pods) },
        { part: "out", expr: perSecond("container_network_transmit_bytes_total", pods) },
      ],
    },
    // An increase is extrapolated to the window's edges; a restart is a whole one.
    { key: "restarts", unit: "count", queries: [{ part: "value", expr: call("round", sum(restarts)) }] },
  ];
}

/** Of what several count, each moment's figure is of the first who has one. */
const inTurn = ([first = [], ...later]: ChartPlan[][]): ChartPlan[] =>
  first.map(({ queries, ...plan }, at) => ({
    ...plan,
    queries: queries.map(({ part, expr }, which) => ({
      part,
      expr: later
        .flatMap((plans) => plans[at]?.queries[which]?.expr ?? [])
        .reduce((before, earlier) => binary(before, "or", earlier), expr),
    })),
  }));

const QUANTILES = [
  { part: "p50", at: 0.5 },
  { part: "p95", at: 0.95 },
  { part: "p99", at: 0.99 },
] as const;

function requestPlans(of: RequestMetrics, view: MetricsView["view"], windowSeconds: number): ChartPlan[] {
  const by = view === "pods" && of.byPod ? ["pod"] : [];
  const perSecond = (matchers: Matcher[]): Expr => aggregate("sum", by, rate(of.requests, matchers, windowSeconds));
  const all = perSecond(of.matchers);
  const failed = perSecond([...of.matchers, matching(of.status, "5..")]);
  // Where there were requests and no failed one there is no series of failures, and yet their share is known: none.
  const known = binary(failed, "or", binary(number(0), "*", all));
  const buckets = aggregate("sum", ["le", ...by], rate(of.buckets, of.matchers, windowSeconds));
  const quantile = (at: number): Expr => {
    const measured = call("histogram_quantile", number(at), buckets);
    return of.millis === 1 ? measured : binary(measured, "*", number(of.millis));
  };
  // Three lines for each pod would be a thicket: beside other pods, each has the one that people watch.
  const quantiles = by.length > 0 ? QUANTILES.filter(({ part }) => part === "p95") : QUANTILES;
  return [
    { key: "requests", unit: "per-second", queries: [{ part: "value", expr: all }] },
    { key: "errors", unit: "share", queries: [{ part: "value", expr: binary(known, "/", all) }] },
    {
      key: "latency",
      unit: "milliseconds",
      queries: quantiles.map(({ part, at }) => ({ part, expr: quantile(at) })),
    },
  ];
}
