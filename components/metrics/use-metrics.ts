"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import type { AppView } from "#lib/apps/schema";
import type { MetricCharts, MetricsView } from "#lib/metrics/schema";
import { getJson } from "../shell/api.ts";
import { queryKeys } from "../shell/query-keys.ts";
import { againMs, boundsOf, type TimeRange } from "./time-range.ts";

const schema = () => import("#lib/metrics/schema").then(({ metricsView }) => metricsView);

/** What was asked for, and the answer. */
export type Measured = { fromMs: number; toMs: number; metrics: MetricsView };

/** A small chart of an hour gets a point more so often; a line that is not there, or has stopped, is awaited. */
const MAIN_AGAIN_MS = 60_000;
const AWAITED_AGAIN_MS = 10_000;

type Wanted = { view: MetricsView["view"]; charts: MetricCharts };

/** The charts of a range, asked for again while it ends now. What was seen stays while Prometheus is away, and says so. */
export function useMetrics(app: AppView, environment: string, range: TimeRange, wanted: Wanted) {
  const client = useQueryClient();
  const queryKey = queryKeys.metrics(app.name, environment, { range, ...wanted });
  return useQuery({
    queryKey,
    queryFn: async ({ signal }): Promise<Measured> => {
      const { fromMs, toMs } = boundsOf(range, Date.now());
      const query = new URLSearchParams({ environment, from: String(fromMs), to: String(toMs), ...wanted });
      const metrics = await getJson(`/api/apps/${app.name}/metrics?${query}`, schema, signal);
      const before = client.getQueryData<Measured>(queryKey);
      if (metrics.charts.length > 0 || !before || metrics.state === "absent") return { fromMs, toMs, metrics };
      const { charts, grid } = before.metrics;
      return { fromMs: before.fromMs, toMs: before.toMs, metrics: { ...metrics, charts, grid } };
    },
    enabled: environment !== "",
    meta: { appId: app.id },
    refetchInterval: ({ state: { data } }) => {
      if (wanted.charts === "all") return againMs(range);
      return data && data.metrics.state !== "ok" && data.metrics.state !== "absent" ? AWAITED_AGAIN_MS : MAIN_AGAIN_MS;
    },
    // Another range of the same place is drawn over what is there; another place is not.
    placeholderData: (before, query) =>
      query?.queryKey[1] === app.name && query.queryKey[2] === environment ? before : undefined,
  });
}
