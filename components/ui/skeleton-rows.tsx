import classes from "./skeleton.module.css";

type Props = {
  rows?: number;
  /** The widths of one row's bars, as CSS grid columns: the final shape. */
  columns?: string;
  height?: number;
  /** Without lines and margins, inside something that has its own. */
  bare?: boolean;
};

/** Rows in their final shape while data is on its way: nothing jumps when it arrives. */
export function SkeletonRows({ rows = 8, columns = "22px 1fr 80px 90px 60px", height = 40, bare = false }: Props) {
  const bars = columns.split(/\s+(?![^(]*\))/).length;
  return (
    <div aria-hidden="true">
      {Array.from({ length: rows }, (_, row) => (
        <div
          key={row}
          className={classes.row}
          data-bare={bare || undefined}
          style={{ gridTemplateColumns: columns, height }}
        >
          {Array.from({ length: bars }, (_, bar) => (
            <span key={bar} className={classes.bar} style={{ width: `${60 + ((row * 37 + bar * 23) % 40)}%` }} />
          ))}
        </div>
      ))}
    </div>
  );
}
