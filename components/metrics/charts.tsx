"use client";

import { useMemo, useState } from "react";
import { ChartPanel } from "./chart-panel.tsx";
import classes from "./metrics.module.css";
import type { Measured } from "./use-metrics.ts";

type Props = {
  app: string;
  measured: Measured;
  /** What is shown is of before: it fades. */
  old: boolean;
  onZoom: (fromMs: number, toMs: number) => void;
};

/** All charts over the same time, with one moment pointed at in all of them. Loaded when the tab is opened. */
export function Charts({ app, measured, old, onZoom }: Props) {
  const { charts, grid } = measured.metrics;
  // A moment, not a place in the grid: the grid moves on while one looks.
  const [atMs, setAtMs] = useState<number | null>(null);
  const index = atMs === null ? -1 : Math.round((atMs - grid.startMs) / grid.stepMs);
  const at = index >= 0 && index < grid.count ? index : null;
  const pods = useMemo(
    () => [...new Set(charts.flatMap(({ series }) => series.flatMap(({ pod }) => pod ?? [])))].sort(),
    [charts],
  );
  return (
    <div className={classes.charts} data-old={old || undefined}>
      {charts.map((chart) => (
        <ChartPanel
          key={chart.key}
          {...{ app, chart, measured, pods, at, onZoom }}
          onPoint={(next) => setAtMs(next === null ? null : grid.startMs + next * grid.stepMs)}
        />
      ))}
    </div>
  );
}
