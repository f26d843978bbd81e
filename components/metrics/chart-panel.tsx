"use client";

import { useMemo } from "react";
import { useFormatter, useTranslations } from "use-intl";
import type { Chart } from "#lib/metrics/schema";
import { Panel } from "../ui/panel.tsx";
import { ChartLegend } from "./chart-legend.tsx";
import { ChartLines } from "./chart-lines.tsx";
import { ChartTable } from "./chart-table.tsx";
import classes from "./metrics.module.css";
import { PlotArea } from "./plot-area.tsx";
import { axisOf, timeMarks, xOf } from "./plot-rules.ts";
import { ReleaseStrip } from "./release-strip.tsx";
import type { Measured } from "./use-metrics.ts";
import { useSeriesWords } from "./use-series-words.ts";
import { useUnitWords } from "./use-unit-words.ts";

type Props = {
  app: string;
  chart: Chart;
  measured: Measured;
  pods: readonly string[];
  at: number | null;
  onPoint: (index: number | null) => void;
  onZoom: (fromMs: number, toMs: number) => void;
};

const DAY_MS = 86_400_000;

/** One figure over time: its releases, its lines with their axes, what they are at the pointer, and all of it as rows. */
export function ChartPanel({ app, chart, measured, pods, at, onPoint, onZoom }: Props) {
  const t = useTranslations("metrics");
  const format = useFormatter();
  const figure = useUnitWords();
  const words = useSeriesWords();
  const { fromMs, toMs, metrics } = measured;
  const { grid, releases } = metrics;
  const domain = useMemo(() => ({ fromMs, toMs }), [fromMs, toMs]);
  const { top, marks } = useMemo(() => {
    const highest = Math.max(0, ...chart.series.flatMap(({ values }) => values.map((value) => value ?? 0)));
    return axisOf(highest, chart.unit.startsWith("bytes") ? 2 : 10);
  }, [chart]);
  const releasesAt = useMemo(
    () => releases.map((release) => Date.parse(release.at)).filter((one) => one >= fromMs && one <= toMs),
    [releases, fromMs, toMs],
  );
  const times = timeMarks(domain, 5, -new Date(toMs).getTimezoneOffset() * 60_000);
  const time = (ms: number) =>
    format.dateTime(
      new Date(ms),
      toMs - fromMs > 2 * DAY_MS
        ? { month: "numeric", day: "numeric" }
        : { hour: "2-digit", minute: "2-digit", hour12: false },
    );
  const told = at ?? grid.count - 1;
  const text = [
    format.dateTime(new Date(grid.startMs + told * grid.stepMs), { dateStyle: "short", timeStyle: "medium" }),
    ...chart.series.slice(0, 8).map((series) => {
      const value = series.values[told] ?? null;
      return `${words(series)} ${value === null ? t("unknown") : figure(value, chart.unit)}`;
    }),
  ].join(", ");
  const title = t(`chart.${chart.key}`);
  return (
    <Panel title={title} meta={t(`about.${chart.key}`)}>
      <div className={classes.chart}>
        {chart.series.length === 0 ? (
          <p className={classes.noData}>{t("noData")}</p>
        ) : (
          <>
            <ReleaseStrip app={app} releases={releases} domain={domain} room={0.07} />
            <div className={classes.plot}>
              <ChartLines
                chart={chart}
                grid={grid}
                domain={domain}
                top={top}
                marks={marks}
                pods={pods}
                releasesAt={releasesAt}
              />
              <div className={classes.yMarks} aria-hidden="true">
                {marks.map((mark) => (
                  <span key={mark} style={{ bottom: `${(mark / top) * 100}%` }}>
                    {figure(mark, chart.unit)}
                  </span>
                ))}
              </div>
              <div className={classes.xMarks} aria-hidden="true">
                {times.map((ms) => (
                  <span key={ms} style={{ left: `${xOf(domain, ms) * 100}%` }}>
                    {time(ms)}
                  </span>
                ))}
              </div>
              <PlotArea label={t("along", { chart: title })} {...{ text, grid, domain, at, onPoint, onZoom }} />
            </div>
            <ChartLegend chart={chart} pods={pods} at={at} />
            <ChartTable title={title} chart={chart} grid={grid} />
          </>
        )}
      </div>
    </Panel>
  );
}
