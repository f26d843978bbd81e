import type { CSSProperties, ReactNode } from "react";
import classes from "./data-table.module.css";

export type Column = {
  key: string;
  header: ReactNode;
  /** Pixels; the columns without one share the rest. */
  width?: number;
  /** Pixels on a phone, where they differ. */
  phoneWidth?: number;
  /** Left out on a phone; its cells carry `className="k-wide"`. */
  wide?: boolean;
  /** Left out where there is little room beside the others; its cells carry `className="k-roomy"`. */
  roomy?: boolean;
  align?: "right";
  /** Says how the rows are sorted, when it is by this column. */
  sorted?: "ascending" | "descending";
};

type Props = {
  /** Read aloud instead of a visible caption. */
  label: string;
  columns: Column[];
  /** A row of group heads above the columns. */
  groups?: ReactNode;
  /** `<tr>` elements with one `<td>` a column; `className="k-num"` where it holds a figure. */
  children: ReactNode;
};

/** Rows of 40 px with hairlines, 12 px heads that stay in view, numbers on the right edge. */
export function DataTable({ label, columns, groups, children }: Props) {
  return (
    <table className={classes.table} aria-label={label}>
      <colgroup>
        {columns.map(({ key, width, phoneWidth, ...column }) => (
          <col key={key} className={roomOf(column)} style={widths(width, phoneWidth)} />
        ))}
      </colgroup>
      <thead>
        {groups}
        <tr>
          {columns.map(({ key, header, align, sorted, ...column }) =>
            // A column of buttons has no name: an empty head would be announced as one.
            header === "" || header === null || header === undefined ? (
              <td key={key} className={roomOf(column)} />
            ) : (
              <th key={key} scope="col" className={roomOf(column)} data-align={align} aria-sort={sorted}>
                {header}
              </th>
            ),
          )}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
}

const roomOf = ({ wide, roomy }: Pick<Column, "wide" | "roomy">): string | undefined =>
  wide ? "k-wide" : roomy ? "k-roomy" : undefined;

/** As custom properties: which of the two holds, the style sheet decides. */
function widths(width: number | undefined, phoneWidth = width): CSSProperties {
  const pixels = (value: number | undefined) => (value === undefined ? undefined : `${value}px`);
  return { "--k-col": pixels(width), "--k-col-phone": pixels(phoneWidth) } as CSSProperties;
}
