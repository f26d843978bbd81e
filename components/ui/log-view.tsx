"use client";

import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useEffect, useRef } from "react";
import type { LogLine } from "./log-buffer.ts";
import { LogText } from "./log-text.tsx";
import classes from "./log-view.module.css";

type Props = {
  label: string;
  lines: LogLine[];
  /** The newest line stays in view; scrolling up asks to stop, reaching the end asks to go on. */
  follow: boolean;
  onFollowChange: (follow: boolean) => void;
  /** Marked where it occurs; case does not matter. */
  search?: string;
  wrap?: boolean;
  /** What stands before a line: time, pod, level. */
  gutter?: (line: LogLine) => ReactNode;
  /** Lines that are trouble: a ground of their own. */
  isTrouble?: (line: LogLine) => boolean;
  /** Scrolled to when it changes: the failing line, a search hit. */
  focusIndex?: number;
  /** Of all search hits the one that is being looked at. */
  currentIndex?: number;
  /** Ids of chosen lines. With `onSelect` what stands before a line chooses it; with Shift, all from the last one on. */
  selected?: ReadonlySet<number>;
  onSelect?: (index: number, extend: boolean) => void;
  /** Words for a place that is no line. */
  gapText?: (line: LogLine) => ReactNode;
};

const LINE_HEIGHT_PX = 20;

/** Only the lines in view are in the document, so 100 000 of them scroll as ten do. */
export function LogView({
  label,
  lines,
  follow,
  onFollowChange,
  search = "",
  wrap = false,
  gutter,
  isTrouble,
  focusIndex,
  currentIndex,
  selected,
  onSelect,
  gapText,
}: Props) {
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE_HEIGHT_PX,
    overscan: 20,
    getItemKey: (index) => lines[index]?.id ?? index,
  });
  const last = lines.length - 1;

  useEffect(() => {
    if (follow && last >= 0) rows.scrollToIndex(last, { align: "end" });
  }, [follow, last, rows]);
  useEffect(() => {
    if (focusIndex !== undefined) rows.scrollToIndex(focusIndex, { align: "center" });
  }, [focusIndex, rows]);

  const onScroll = () => {
    const box = scroller.current;
    if (!box) return;
    const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < LINE_HEIGHT_PX;
    // Where everything is in view nobody has scrolled anywhere.
    if (atEnd && box.scrollHeight > box.clientHeight && !follow) onFollowChange(true);
  };
  const onLeave = () => {
    if (follow) onFollowChange(false);
  };

  return (
    <div
      ref={scroller}
      className={classes.log}
      data-wrap={wrap || undefined}
      role="log"
      aria-label={label}
      // Announcing each line of a busy log would drown everything else.
      aria-live="off"
      tabIndex={0}
      onScroll={onScroll}
      onWheel={(event) => event.deltaY < 0 && onLeave()}
      onTouchMove={onLeave}
      onKeyDown={(event) => ["ArrowUp", "PageUp", "Home"].includes(event.key) && onLeave()}
    >
      <div className={classes.sizer} style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map((row) => {
          const line = lines[row.index];
          if (!line) return null;
          return (
            <div
              key={row.key}
              ref={wrap ? rows.measureElement : undefined}
              data-index={row.index}
              data-trouble={isTrouble?.(line) || undefined}
              data-current={row.index === currentIndex || undefined}
              data-selected={selected?.has(line.id) || undefined}
              className={classes.line}
              style={{ transform: `translateY(${row.start}px)` }}
            >
              {gutter && onSelect && !line.isGap ? (
                <button
                  type="button"
                  className={classes.gutter}
                  aria-pressed={selected?.has(line.id) ?? false}
                  onClick={(event) => onSelect(row.index, event.shiftKey)}
                >
                  {gutter(line)}
                </button>
              ) : (
                gutter && <span className={classes.gutter}>{gutter(line)}</span>
              )}
              {line.isGap ? <em>{gapText?.(line)}</em> : <LogText text={line.text} search={search} />}
            </div>
          );
        })}
      </div>
    </div>
  );
}
