"use client";

import { clockOf } from "./age.ts";
import { useClock } from "./use-clock.ts";

/** The time until a moment, going down: "0:48"; "0:00" once it has come. */
export function Remaining({ until }: { until: string }) {
  return <span className="k-num">{clockOf(new Date(until).getTime() - useClock())}</span>;
}
