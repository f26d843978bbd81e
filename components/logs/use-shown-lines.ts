"use client";

import { useDeferredValue, useMemo, useState } from "react";
import { isAtLeast } from "#lib/logs/level-rules";
import type { LogLine } from "../ui/log-buffer.ts";
import type { LogFilter } from "./log-filter.ts";
import type { Logs } from "./log-store.ts";

export type ShownLines = {
  lines: LogLine[];
  /** Lines that came since the person stopped following; shown when they follow again. */
  waiting: number;
  /** Indexes into `lines` of those with what is searched for. */
  hits: number[];
};

/** What is on screen: while one does not follow it stands still, whatever comes. */
export function useShownLines(logs: Logs, { level, q }: Pick<LogFilter, "level" | "q">, follow: boolean): ShownLines {
  const [held, setHeld] = useState(logs);
  // What begins anew (another pod, another time) is never a continuation of what was held.
  const isHeld = !follow && logs.received >= held.received && held.lines.length > 0;
  if (!isHeld && held !== logs) setHeld(logs);
  const from = isHeld ? held : logs;
  const lines = useMemo(
    () =>
      level === null ? from.lines : from.lines.filter((line) => line.isGap || isAtLeast(line.level ?? null, level)),
    [from, level],
  );
  const needle = useDeferredValue(q.trim().toLowerCase());
  const hits = useMemo(() => {
    if (needle === "") return [];
    return lines.flatMap(({ text }, index) => (text.toLowerCase().includes(needle) ? [index] : []));
  }, [lines, needle]);
  return { lines, waiting: isHeld ? logs.received - held.received : 0, hits };
}
