"use client";

import { lazy, Suspense } from "react";
import { useTranslations } from "use-intl";
import type { AppView } from "#lib/apps/schema";
import { Failure } from "../shell/failure.tsx";
import { useSelection } from "../shell/selection.tsx";
import classes from "./metrics.module.css";
import { RangeBar } from "./range-bar.tsx";
import { Standing } from "./standing.tsx";
import { between } from "./time-range.ts";
import { useMetrics } from "./use-metrics.ts";
import { useTimeRange } from "./use-time-range.ts";

const Charts = lazy(() => import("./charts.tsx").then((module) => ({ default: module.Charts })));

/** What the service used and served, over a time that all charts share. */
export function MetricsPage({ app }: { app: AppView }) {
  const t = useTranslations("metrics");
  const environment = useSelection().environment?.name ?? "";
  const { range, view, setRange, setView } = useTimeRange();
  const { data, error, refetch, isPlaceholderData } = useMetrics(app, environment, range, { view, charts: "all" });
  const metrics = data?.metrics;
  const hasLines = metrics?.charts.some(({ series }) => series.length > 0) ?? false;
  return (
    <div>
      <RangeBar range={range} onRange={setRange} view={view} onView={setView} grafana={metrics?.grafana ?? null} />
      {error && (
        <div className={classes.standing}>
          <Failure error={error} onRetry={() => void refetch()} />
        </div>
      )}
      {metrics && metrics.state !== "ok" && (
        <div className={classes.standing}>
          <Standing metrics={metrics} environment={environment} onRetry={() => void refetch()} />
        </div>
      )}
      {data === undefined && !error && <Waiting />}
      {data && hasLines && (
        <Suspense fallback={<Waiting />}>
          <Charts
            app={app.name}
            measured={data}
            old={isPlaceholderData || data.metrics.state !== "ok"}
            onZoom={(fromMs, toMs) => setRange(between(fromMs, toMs, Date.now()))}
          />
        </Suspense>
      )}
      {metrics && hasLines && (
        <p className={classes.hint}>
          {[
            t(`source.${metrics.requestSource ?? "none"}`),
            ...metrics.earlierSources.map((each) => t(`earlierSource.${each}`)),
          ].join(" ")}
        </p>
      )}
    </div>
  );
}

/** Panels in their final place. */
function Waiting() {
  return (
    <div className={classes.charts} aria-hidden="true">
      {Array.from({ length: 6 }, (_, index) => (
        <div key={index} className={classes.waiting} />
      ))}
    </div>
  );
}
