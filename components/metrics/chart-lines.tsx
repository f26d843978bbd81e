import { memo } from "react";
import type { Chart, MetricsView } from "#lib/metrics/schema";
import { lookOf } from "./line-look.ts";
import classes from "./metrics.module.css";
import { type Domain, linePath, xOf } from "./plot-rules.ts";

type Props = {
  chart: Chart;
  grid: MetricsView["grid"];
  domain: Domain;
  top: number;
  marks: readonly number[];
  pods: readonly string[];
  releasesAt: readonly number[];
};

/**
 * What does not move with the pointer. In a box of 1000 × 1000 that is stretched to its place: lines keep their width,
 * and nothing has to be measured.
 */
export const ChartLines = memo(function ChartLines({ chart, grid, domain, top, marks, pods, releasesAt }: Props) {
  const xs = Array.from({ length: grid.count }, (_, index) => xOf(domain, grid.startMs + index * grid.stepMs));
  return (
    <svg className={classes.lines} viewBox="0 0 1000 1000" preserveAspectRatio="none" aria-hidden="true">
      {marks.map((mark) => (
        <path key={mark} className={classes.rule} d={`M0 ${1000 - (mark / top) * 1000}h1000`} />
      ))}
      {releasesAt.map((atMs) => (
        <path key={atMs} className={classes.releaseLine} d={`M${xOf(domain, atMs) * 1000} 0v1000`} />
      ))}
      {chart.series.map((series) => {
        const { colour, dash, width } = lookOf(series, pods);
        return (
          <path
            key={`${series.pod} ${series.part}`}
            d={linePath(series.values, xs, top)}
            stroke={colour}
            strokeDasharray={dash}
            strokeWidth={width}
          />
        );
      })}
    </svg>
  );
});
