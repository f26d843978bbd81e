"use client";

import { useState } from "react";
import { useFormatter, useTranslations } from "use-intl";
import type { Chart, MetricsView } from "#lib/metrics/schema";
import classes from "./metrics.module.css";
import { useSeriesWords } from "./use-series-words.ts";
import { useUnitWords } from "./use-unit-words.ts";

type Props = { title: string; chart: Chart; grid: MetricsView["grid"] };

/** The same figures as rows, newest first: for who reads by ear, and for who copies. Made only when opened. */
export function ChartTable({ title, chart, grid }: Props) {
  const t = useTranslations("metrics");
  const format = useFormatter();
  const words = useSeriesWords();
  const figure = useUnitWords();
  const [open, setOpen] = useState(false);
  const moments = Array.from({ length: grid.count }, (_, index) => grid.count - 1 - index).filter((index) =>
    chart.series.some(({ values }) => (values[index] ?? null) !== null),
  );
  return (
    <details className={classes.table} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t("asTable")}</summary>
      {open && (
        // Scrolls, so it must be reachable by keyboard.
        <section tabIndex={0} aria-label={t("tableOf", { chart: title })}>
          <table>
            <thead>
              <tr>
                <th scope="col">{t("time")}</th>
                {chart.series.map((series) => (
                  <th key={`${series.pod} ${series.part}`} scope="col" data-align="right">
                    {words(series)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {moments.map((index) => (
                <tr key={index}>
                  <th scope="row">
                    {format.dateTime(new Date(grid.startMs + index * grid.stepMs), {
                      dateStyle: "short",
                      timeStyle: "medium",
                    })}
                  </th>
                  {chart.series.map((series) => {
                    const value = series.values[index] ?? null;
                    return (
                      <td key={`${series.pod} ${series.part}`} className="k-num" data-align="right">
                        {value === null ? "–" : figure(value, chart.unit)}
                      </td>
                    );
                  })}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </details>
  );
}
