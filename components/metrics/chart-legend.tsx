"use client";

import { useTranslations } from "use-intl";
import type { Chart } from "#lib/metrics/schema";
import { lookOf } from "./line-look.ts";
import classes from "./metrics.module.css";
import { useSeriesWords } from "./use-series-words.ts";
import { useUnitWords } from "./use-unit-words.ts";

type Props = {
  chart: Chart;
  pods: readonly string[];
  /** Index of the moment whose figures are told; null = the last known of each. */
  at: number | null;
};

/** Each line's mark, name and figure. */
export function ChartLegend({ chart, pods, at }: Props) {
  const t = useTranslations("metrics");
  const words = useSeriesWords();
  const figure = useUnitWords();
  return (
    <ul className={classes.legend}>
      {chart.series.map((series) => {
        const { colour, dash, width } = lookOf(series, pods);
        const value = at === null ? series.values.findLast((each) => each !== null) : series.values[at];
        return (
          <li key={`${series.pod} ${series.part}`} title={series.pod ?? undefined}>
            <svg width="16" height="8" viewBox="0 0 16 8" aria-hidden="true">
              <path d="M0 4h16" stroke={colour} strokeDasharray={dash} strokeWidth={width + 0.5} />
            </svg>
            <span>{words(series)}</span>
            <b className="k-num">{value === null || value === undefined ? "–" : figure(value, chart.unit)}</b>
          </li>
        );
      })}
      {chart.hidden > 0 && <li className="k-quiet">{t("hidden", { count: chart.hidden })}</li>}
    </ul>
  );
}
