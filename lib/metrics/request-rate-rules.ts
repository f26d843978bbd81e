import { aggregate, type Expr, type Matcher, matching, rate } from "./promql-rules.ts";
import { type Grid } from "./range-rules.ts";
import { type RequestRates } from "./request-rate-schema.ts";
import { valuesOn } from "./sample-rules.ts";
import { type Counted, REQUEST_SOURCES, type RequestSource, requestMetricsOf, traefikNames } from "./scope-rules.ts";
import { RATE_SECONDS } from "./utilization-rules.ts";

/** With whoever counted its requests, the latest first. */
export type CountedApp = Counted & { sources: readonly RequestSource[] };
export type RateQuery = { all: Expr; failed: Expr; by: string };

/** A query travels in an address, and at Traefik each service has several names. */
const MOST_TOGETHER = 25;

/** How often these services were asked, and how often they failed: some services of one source in each query. */
export const rateQueries = (namespace: string, apps: readonly CountedApp[]): RateQuery[] =>
  REQUEST_SOURCES.flatMap((source) => {
    const own = apps.filter(({ sources }) => sources.includes(source));
    return own.flatMap((_, at) => {
      if (at % MOST_TOGETHER !== 0) return [];
      const { requests, status, by, matchers } = requestMetricsOf(source, namespace, own.slice(at, at + MOST_TOGETHER));
      const perSecond = (more: Matcher[]) =>
        aggregate("sum", [by], rate(requests, [...matchers, ...more], RATE_SECONDS));
      return [{ all: perSecond([]), failed: perSecond([matching(status, "5..")]), by }];
    });
  });

type Series = { labels: Readonly<Record<string, string>>; samples: Parameters<typeof valuesOn>[1] };
export type RateAnswer = { by: string; all: readonly Series[]; failed: readonly Series[] };
type Line = readonly (number | null)[];

/**
 * Each service's own figures out of the answers, in the order of `apps`. Where several counted, each moment's figure is of
 * the latest who has one, as in the service's own charts.
 */
export function ratesOf(
  grid: Grid,
  namespace: string,
  apps: readonly CountedApp[],
  answers: readonly RateAnswer[],
): RequestRates[] {
  return apps.map(({ sources, ...counted }) => {
    const lines = sources.map((source) => linesBy(source, grid, namespace, counted, answers));
    const moments = Array.from({ length: grid.count }, (_, at) => {
      const knows = lines.find(({ all }) => typeof all[at] === "number");
      return { all: knows?.all[at] ?? null, failed: knows?.failed[at] ?? null };
    });
    const perSecond = moments.map(({ all }) => all);
    const failed = moments.map((moment) => moment.failed);
    return { app: counted.app, perSecond, failed: sharesOfFailed(perSecond, failed) };
  });
}

/** What one source counted of a service. */
function linesBy(
  source: RequestSource,
  grid: Grid,
  namespace: string,
  counted: Counted,
  answers: readonly RateAnswer[],
): Record<"all" | "failed", Line> {
  const { by } = requestMetricsOf(source, namespace, [counted]);
  const names = source === "traefik" ? traefikNames(namespace, counted) : [counted.app];
  const own = (of: "all" | "failed") =>
    answers
      .filter((answer) => answer.by === by)
      .flatMap((answer) => answer[of])
      .filter(({ labels }) => names.includes(labels[by] ?? ""))
      .map(({ samples }) => valuesOn(grid, samples));
  return { all: summed(grid, own("all")), failed: summed(grid, own("failed")) };
}

/** The sum of each moment, which is unknown where no line knows it. */
const summed = ({ count }: Grid, lines: readonly Line[]): (number | null)[] =>
  Array.from({ length: count }, (_, at) => {
    const known = lines.flatMap((line) => line[at] ?? []);
    return known.length === 0 ? null : known.reduce((total, value) => total + value, 0);
  });

function sharesOfFailed(all: Line, failed: Line): RequestRates["failed"] {
  const share = (part: number, whole: number) => (whole > 0 ? part / whole : null);
  const sum = (line: Line) => line.reduce<number>((total, value) => total + (value ?? 0), 0);
  return { now: share(failed.at(-1) ?? 0, all.at(-1) ?? 0), hour: share(sum(failed), sum(all)) };
}
