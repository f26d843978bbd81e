"use client";

import { type KeyboardEvent, type PointerEvent, useState } from "react";
import type { Grid } from "#lib/metrics/range-rules";
import classes from "./metrics.module.css";
import { type Domain, nearest, xOf } from "./plot-rules.ts";

type Props = {
  label: string;
  /** What the moment that is pointed at says. */
  text: string;
  grid: Grid;
  domain: Domain;
  at: number | null;
  onPoint: (index: number | null) => void;
  onZoom: (fromMs: number, toMs: number) => void;
};

/** Of the width; less is a click. */
const LEAST_DRAG = 0.015;

/**
 * Takes pointer and keys over a plot. Pointing tells the figures of a moment in all charts; dragging chooses a time to
 * zoom into. By keyboard it is a slider along time: arrows move, Shift with them goes ten times as far, Escape lets go.
 */
export function PlotArea({ label, text, grid, domain, at, onPoint, onZoom }: Props) {
  const [drag, setDrag] = useState<{ from: number; to: number } | null>(null);
  const share = (event: PointerEvent<HTMLElement>): number => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    return Math.min(Math.max((event.clientX - left) / width, 0), 1);
  };
  const moment = (x: number): number => domain.fromMs + x * (domain.toMs - domain.fromMs);
  const onKeyDown = (event: KeyboardEvent) => {
    const last = grid.count - 1;
    const from = at ?? last;
    const by = event.shiftKey ? 10 : 1;
    const moves: Record<string, number> = { ArrowLeft: from - by, ArrowRight: from + by, Home: 0, End: last };
    const next = moves[event.key];
    if (event.key === "Escape") onPoint(null);
    if (next === undefined) return;
    event.preventDefault();
    onPoint(Math.min(Math.max(next, 0), last));
  };
  const end = () => {
    if (drag && Math.abs(drag.to - drag.from) >= LEAST_DRAG)
      onZoom(moment(Math.min(drag.from, drag.to)), moment(Math.max(drag.from, drag.to)));
    setDrag(null);
  };
  return (
    <div
      className={classes.area}
      role="slider"
      tabIndex={0}
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={grid.count - 1}
      aria-valuenow={at ?? grid.count - 1}
      aria-valuetext={text}
      onKeyDown={onKeyDown}
      onBlur={() => onPoint(null)}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        setDrag({ from: share(event), to: share(event) });
      }}
      onPointerMove={(event) => {
        onPoint(nearest(grid, moment(share(event))));
        if (drag) setDrag({ from: drag.from, to: share(event) });
      }}
      onPointerUp={end}
      onPointerCancel={() => setDrag(null)}
      onPointerLeave={() => onPoint(null)}
    >
      {at !== null && (
        <span
          className={classes.cross}
          style={{ left: `${xOf(domain, grid.startMs + at * grid.stepMs) * 100}%` }}
          aria-hidden="true"
        />
      )}
      {drag && (
        <span
          className={classes.drag}
          style={{
            left: `${Math.min(drag.from, drag.to) * 100}%`,
            width: `${Math.abs(drag.to - drag.from) * 100}%`,
          }}
          aria-hidden="true"
        />
      )}
    </div>
  );
}
