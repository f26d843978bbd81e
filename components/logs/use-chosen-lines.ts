"use client";

import { useMemo, useState } from "react";
import type { LogLine } from "../ui/log-buffer.ts";

type Chosen = { source: string; ids: ReadonlySet<number>; last: number | null };

/**
 * Lines that a person has chosen among those shown: one by one, or with Shift all from the last one on. `source` says of
 * which logs they are: in another one the same ids are other lines.
 */
export function useChosenLines(lines: readonly LogLine[], source: string) {
  const nothing: Chosen = { source, ids: NONE, last: null };
  const [kept, setChosen] = useState(nothing);
  const { ids, last } = kept.source === source ? kept : nothing;
  const toggle = (index: number, extend: boolean) => {
    const line = lines[index];
    if (!line) return;
    const from = extend ? lines.findIndex(({ id }) => id === last) : -1;
    const next = new Set(ids);
    if (from >= 0) {
      for (const each of lines.slice(Math.min(from, index), Math.max(from, index) + 1))
        if (!each.isGap) next.add(each.id);
    } else if (!next.delete(line.id)) next.add(line.id);
    setChosen({ source, ids: next, last: line.id });
  };
  const chosen = useMemo(() => (ids.size === 0 ? [] : lines.filter(({ id }) => ids.has(id))), [ids, lines]);
  return { ids, lines: chosen, toggle, clear: () => setChosen(nothing) };
}

const NONE: ReadonlySet<number> = new Set();
