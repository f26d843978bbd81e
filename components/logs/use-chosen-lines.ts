"use client";

import { useMemo, useState } from "react";
import type { LogLine } from "../ui/log-buffer.ts";

/** Lines that a person has chosen among those shown: one by one, or with Shift all from the last one on. */
export function useChosenLines(lines: readonly LogLine[]) {
  const [ids, setIds] = useState<ReadonlySet<number>>(new Set());
  const [last, setLast] = useState<number | null>(null);
  const toggle = (index: number, extend: boolean) => {
    const line = lines[index];
    if (!line) return;
    const from = extend ? lines.findIndex(({ id }) => id === last) : -1;
    const next = new Set(ids);
    if (from >= 0) {
      for (const each of lines.slice(Math.min(from, index), Math.max(from, index) + 1))
        if (!each.isGap) next.add(each.id);
    } else if (!next.delete(line.id)) next.add(line.id);
    setIds(next);
    setLast(line.id);
  };
  const chosen = useMemo(() => (ids.size === 0 ? [] : lines.filter(({ id }) => ids.has(id))), [ids, lines]);
  return { ids, lines: chosen, toggle, clear: () => setIds(new Set()) };
}
