"use client";

import { clockOf } from "./age.ts";
import { useClock } from "./use-clock.ts";

/** Time between two moments, or since the first while it goes on: "0:48". */
export function Elapsed({ from, to }: { from: string; to?: string | null }) {
  const now = useClock();
  const end = to ? new Date(to).getTime() : now;
  return <span className="k-num">{clockOf(end - new Date(from).getTime())}</span>;
}
