"use client";

import { useState } from "react";
import type { LogLine } from "../ui/log-buffer.ts";

/** Where in the log one is: at its end and following, or held at a hit of the search or at a time. */
export function useLogPlace() {
  const [follow, setFollow] = useState(true);
  const [focus, setFocus] = useState<number>();
  const [hit, setHit] = useState<number | null>(null);
  const show = (index: number | undefined) => {
    if (index === undefined) return;
    setFollow(false);
    setFocus(index);
  };
  return {
    follow,
    focus,
    /** Which of the hits is looked at, from 0; null before one is. */
    hit,
    forgetHit: () => setHit(null),
    setFollow: (next: boolean) => {
      setFollow(next);
      if (next) setFocus(undefined);
    },
    /** To the next or the one before; round and round. */
    toHit: (hits: readonly number[], step: 1 | -1) => {
      if (hits.length === 0) return;
      const first = step === 1 ? 0 : hits.length - 1;
      const next = hit === null ? first : (hit + step + hits.length) % hits.length;
      setHit(next);
      show(hits[next]);
    },
    /** To the first line at this time of the last line's day ("14:03:05", as clocks here go), or to the last one. */
    toTime: (lines: readonly LogLine[], time: string) => {
      const [hours = 0, minutes = 0, seconds = 0] = time.split(":").map(Number);
      const wanted = new Date(lines.at(-1)?.at ?? Date.now()).setHours(hours, minutes, seconds, 0);
      const index = lines.findIndex(({ at }) => at !== undefined && Date.parse(at) >= wanted);
      show(index >= 0 ? index : lines.length > 0 ? lines.length - 1 : undefined);
    },
  };
}
