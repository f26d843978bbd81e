"use client";

import { useTranslations } from "use-intl";
import type { ChartSeries } from "#lib/metrics/schema";
import { isBound } from "./line-look.ts";

/** A line's name: its pod's end, what part of the figure it is, or both. */
export function useSeriesWords(): (series: Pick<ChartSeries, "pod" | "part">) => string {
  const t = useTranslations("metrics.part");
  return ({ pod, part }) => {
    if (pod === null || isBound(part)) return t(part);
    return part === "value" ? pod.slice(-5) : `${pod.slice(-5)} ${t(part)}`;
  };
}
