"use client";

import Link from "next/link";
import { useFormatter, useTranslations } from "use-intl";
import type { AppView } from "#lib/apps/schema";
import type { Chart, ChartSeries, MetricsView } from "#lib/metrics/schema";
import { Failure } from "../shell/failure.tsx";
import { Panel } from "../ui/panel.tsx";
import { toneOfUse } from "../ui/tone-of-use.ts";
import { ChartLines } from "./chart-lines.tsx";
import classes from "./last-hour.module.css";
import { isBound } from "./line-look.ts";
import { axisOf, type Domain } from "./plot-rules.ts";
import { ReleaseStrip } from "./release-strip.tsx";
import { Standing } from "./standing.tsx";
import { useMetrics } from "./use-metrics.ts";
import { useUnitWords } from "./use-unit-words.ts";

const HOUR = { kind: "last", preset: "1h" } as const;
const TIME = { hour: "2-digit", minute: "2-digit", hour12: false } as const;
/** Of a life so short, both ends would be the same minute. */
const SHORT_MS = 180_000;
const EXACT = { ...TIME, second: "2-digit" } as const;
const MAIN = { view: "sum", charts: "main" } as const;

/** What it used and served of late, at a glance; the tab has the rest. Its place is kept while it is asked for. */
export function LastHour({ app, environment }: { app: AppView; environment: string }) {
  const t = useTranslations("metrics");
  const format = useFormatter();
  const { data, error, refetch } = useMetrics(app, environment, HOUR, MAIN);
  const drawn = data?.metrics.charts.filter(({ series }) => series.some(({ part }) => !isBound(part))) ?? [];
  // Of a service that is younger than the hour: its whole life.
  const domain = data && { fromMs: data.metrics.grid.startMs, toMs: data.toMs };
  const time = (ms: number) =>
    format.dateTime(new Date(ms), domain && domain.toMs - domain.fromMs < SHORT_MS ? EXACT : TIME);
  return (
    <Panel
      title={t("lastHour.title")}
      actions={
        <Link className="k-link" href={`/services/${app.name}/metrics`}>
          {t("lastHour.all")}
        </Link>
      }
    >
      <div className={classes.body} data-old={(data && data.metrics.state !== "ok") || undefined}>
        {error && <Failure error={error} onRetry={() => void refetch()} />}
        {data && <Standing metrics={data.metrics} environment={environment} onRetry={() => void refetch()} />}
        {data === undefined && !error && <div className={classes.waiting} aria-hidden="true" />}
        {data?.metrics.state === "ok" && drawn.length === 0 && <p className="k-quiet">{t("noData")}</p>}
        {domain && drawn.length > 0 && (
          <>
            <ReleaseStrip app={app.name} releases={data.metrics.releases} domain={domain} room={0.15} />
            {drawn.map((chart) => (
              <Line key={chart.key} chart={chart} domain={domain} metrics={data.metrics} />
            ))}
            <p className={classes.times}>
              <time>{time(domain.fromMs)}</time>
              <time>{time(domain.toMs)}</time>
            </p>
          </>
        )}
      </div>
    </Panel>
  );
}

/** One figure: its name, what it is now of what it may be, and its line under the limit. */
function Line({ chart, domain, metrics }: { chart: Chart; domain: Domain; metrics: MetricsView }) {
  const t = useTranslations("metrics");
  const figure = useUnitWords();
  const highest = Math.max(0, ...chart.series.flatMap(({ values }) => values.map((value) => value ?? 0)));
  const { top } = axisOf(highest, chart.unit === "bytes" ? 2 : 10);
  const releasesAt = metrics.releases.map(({ at }) => Date.parse(at)).filter((at) => at >= domain.fromMs);
  const value = newest(chart.series.find(({ part }) => !isBound(part)));
  const limit = newest(chart.series.find(({ part }) => part === "limit"));
  const share = value === null || !limit ? 0 : value / limit;
  const now = value === null ? t("unknown") : figure(value, chart.unit);
  return (
    <figure className={classes.line} data-tone={toneOfUse(share)}>
      <figcaption>
        <span>{t(`lastHour.${chart.key === "latency" ? "p95" : "of"}`, { chart: t(`chart.${chart.key}`) })}</span>
        <b>{limit === null ? now : t("lastHour.ofLimit", { now, limit: figure(limit, chart.unit) })}</b>
      </figcaption>
      <div className={classes.plot}>
        <ChartLines {...{ chart, domain, top, releasesAt }} grid={metrics.grid} marks={BASE} pods={NO_PODS} />
      </div>
    </figure>
  );
}

const BASE = [0];
const NO_PODS: readonly string[] = [];

const newest = (series: ChartSeries | undefined): number | null =>
  series?.values.findLast((value) => value !== null) ?? null;
