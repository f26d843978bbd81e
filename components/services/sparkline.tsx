import { useTranslations } from "use-intl";
import { toneOfUse } from "../ui/tone-of-use.ts";
import classes from "./sparkline.module.css";

type Shares = readonly (number | null)[];
type Props = { of: "cpu" | "memory"; shares: Shares | undefined };

const WIDTH = 48;
const HEIGHT = 20;
/** Where the limit is, and nothing. */
const TOP = 2;
const BOTTOM = 18.5;

/** An hour's use as a share of the limit, which is the dashed line; grey unless it is near. */
export function Sparkline({ of, shares }: Props) {
  const t = useTranslations("services.utilization");
  const known = shares?.filter((share) => share !== null) ?? [];
  const now = known.at(-1);
  if (shares === undefined || now === undefined) return <span className="k-quiet">–</span>;
  const words = t(of, { now, most: Math.max(...known) });
  return (
    <span className={classes.spark} data-tone={toneOfUse(now)} title={words}>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={words}>
        <line x1={0} x2={WIDTH} y1={TOP} y2={TOP} />
        {runsOf(shares).map((run) => (
          <g key={run[0]?.x}>
            <path data-fill d={`${lineOf(run)}L${run.at(-1)?.x} ${HEIGHT}L${run[0]?.x} ${HEIGHT}Z`} />
            <path d={lineOf(run)} />
          </g>
        ))}
      </svg>
      <span aria-hidden="true">{t("now", { now })}</span>
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
