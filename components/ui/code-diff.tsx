"use client";

import { diffLines } from "diff";
import { useTranslations } from "use-intl";
import classes from "./code.module.css";

type Props = {
  /** Null where there is none: created or deleted. */
  before: string | null;
  after: string | null;
  label: string;
  /** Unchanged lines kept around a change. */
  context?: number;
};
type Row = { change: "add" | "remove" | "same"; number: number; text: string };
type Shown = Row | { change: "skip"; count: number };

/** What changes between two texts, line by line; long unchanged stretches are folded. */
export function CodeDiff({ before, after, label, context = 3 }: Props) {
  const t = useTranslations("ui");
  const rows = fold(lineRows(before ?? "", after ?? ""), context);
  return (
    <div className={classes.diff} role="group" aria-label={label} tabIndex={0}>
      {rows.map((row, index) =>
        row.change === "skip" ? (
          <div key={index} data-change="skip">
            <span />
            <span />
            <span>{t("unchangedLines", { count: row.count })}</span>
          </div>
        ) : (
          <div key={index} data-change={row.change}>
            <span>{row.number}</span>
            <span>{row.change === "add" ? "+" : row.change === "remove" ? "−" : " "}</span>
            <span>{row.text}</span>
          </div>
        ),
      )}
    </div>
  );
}

/** How many lines come and go between two texts. */
export function countLines(before: string | null, after: string | null): { added: number; removed: number } {
  const rows = lineRows(before ?? "", after ?? "");
  const count = (change: Row["change"]) => rows.filter((row) => row.change === change).length;
  return { added: count("add"), removed: count("remove") };
}

function lineRows(before: string, after: string): Row[] {
  let left = 0;
  let right = 0;
  return diffLines(before, after).flatMap((part) =>
    part.value
      .replace(/\n$/, "")
      .split("\n")
      .map((text): Row => {
        if (!part.added) left += 1;
        if (!part.removed) right += 1;
        return {
          change: part.added ? "add" : part.removed ? "remove" : "same",
          number: part.removed ? left : right,
          text,
        };
      }),
  );
}

/** Keeps `context` lines around each change; a fold shorter than two lines is shown instead. */
function fold(rows: Row[], context: number): Shown[] {
  const near = (index: number) =>
    rows.slice(Math.max(0, index - context), index + context + 1).some((row) => row.change !== "same");
  const shown: Shown[] = [];
  rows.forEach((row, index) => {
    const last = shown.at(-1);
    if (near(index)) shown.push(row);
    else if (last?.change === "skip") last.count += 1;
    else shown.push({ change: "skip", count: 1 });
  });
  return shown;
}
