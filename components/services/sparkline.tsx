import classes from "./sparkline.module.css";

type Shares = readonly (number | null)[];
type Props = {
  /** Each moment's share of the most that there can be. */
  shares: Shares;
  /** What it shows, read aloud and shown on hover; and in short, beside it. */
  words: string;
  figure: string;
  tone?: "warn" | "fail";
  /** The most is a limit: a dashed line. */
  limited?: boolean;
};

const WIDTH = 48;
const HEIGHT = 20;
/** Where the most is, and nothing. */
const TOP = 2;
const BOTTOM = 18.5;

/** An hour as a small line with its newest figure; grey unless somebody should look. */
export function Sparkline({ shares, words, figure, tone, limited = false }: Props) {
  return (
    <span className={classes.spark} data-tone={tone} data-free={!limited || undefined} title={words}>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={words}>
        {limited && <line x1={0} x2={WIDTH} y1={TOP} y2={TOP} />}
        {runsOf(shares).map((run) => (
          <g key={run[0]?.x}>
            <path data-fill d={`${lineOf(run)}L${run.at(-1)?.x} ${HEIGHT}L${run[0]?.x} ${HEIGHT}Z`} />
            <path d={lineOf(run)} />
          </g>
        ))}
      </svg>
      <span aria-hidden="true">{figure}</span>
    </span>
  );
}

type Point = { x: number; y: number };

/** Of a moment that stands alone. */
const SHORTEST = 4;

/** What was measured without a gap, as lines. */
function runsOf(shares: Shares): Point[][] {
  const step = WIDTH / Math.max(shares.length - 1, 1);
  const round = (pixels: number) => Math.round(pixels * 10) / 10;
  const runs: Point[][] = [];
  shares.forEach((share, i) => {
    if (share === null) return;
    const point = { x: round(i * step), y: round(Math.max(0, BOTTOM - share * (BOTTOM - TOP))) };
    if (i > 0 && shares[i - 1] !== null) runs.at(-1)?.push(point);
    else runs.push([point]);
  });
  return runs.map((run) => {
    const [only] = run;
    return only && run.length === 1 ? [{ ...only, x: round(only.x - SHORTEST) }, only] : run;
  });
}

const lineOf = (run: readonly Point[]): string => run.map(({ x, y }, i) => `${i === 0 ? "M" : "L"}${x} ${y}`).join("");
