"use client";

import { useSearchParams } from "next/navigation";
import { useMemo } from "react";
import type { MetricsView } from "#lib/metrics/schema";
import { pushQuery } from "../shell/change-query.ts";
import { addressOf, rangeIn, type TimeRange } from "./time-range.ts";

/** The range and the way of counting, shared by all charts: they live in the address, so Back and a reload keep them. */
export function useTimeRange() {
  const query = useSearchParams();
  const range = useMemo(() => rangeIn(query), [query]);
  const view: MetricsView["view"] = query.get("view") === "pods" ? "pods" : "sum";
  const go = (change: Record<string, string | null>): void =>
    pushQuery((address) => {
      for (const [name, value] of Object.entries(change)) {
        if (value === null) address.delete(name);
        else address.set(name, value);
      }
      return address;
    });
  return {
    range,
    view,
    setRange: (next: TimeRange) => go(addressOf(next)),
    setView: (next: MetricsView["view"]) => go({ view: next === "sum" ? null : next }),
  };
}
