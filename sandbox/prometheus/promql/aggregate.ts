import { type Labels } from "../metrics.ts";
import { ExecutionError } from "./ast.ts";
import { formatNumber } from "./format.ts";
import { NAME, only, signature, withLabel, without } from "./labels.ts";
import { quantile } from "./quantiles.ts";
import { extreme, variance } from "./range-functions.ts";
import { type Sample } from "./values.ts";

type Group = { labels: Labels; samples: Sample[] };
export type Aggregation = { op: string; without: boolean; labels: string[]; parameter?: number | string };

const sum = (all: number[]): number => all.reduce((total, value) => total + value, 0);

const FOLDS: Record<string, (values: number[], parameter: number) => number> = {
  sum,
  avg: (all) => sum(all) / all.length,
  min: (all) => extreme(all, (a, b) => a < b),
  max: (all) => extreme(all, (a, b) => a > b),
  count: (all) => all.length,
  group: () => 1,
  stdvar: variance,
  stddev: (all) => Math.sqrt(variance(all)),
  quantile: (all, phi) => quantile(phi, all),
};

/** Samples with the same grouping labels become one, or for topk and bottomk the best of them. */
export function aggregate(samples: Sample[], { op, parameter, ...grouping }: Aggregation): Sample[] {
  const groups = [...groupsOf(samples, grouping).values()];
  if (op === "topk" || op === "bottomk") return groups.flatMap((group) => best(group, op, Number(parameter)));
  if (op === "count_values") return groups.flatMap((group) => countValues(group, String(parameter), grouping.without));
  const fold = FOLDS[op];
  if (fold === undefined) throw new ExecutionError(`unhandled aggregation operation ${op}`);
  return groups.map(({ labels, samples: all }) => ({
    labels,
    value: fold(
      all.map(({ value }) => value),
      Number(parameter),
    ),
  }));
}

function groupsOf(samples: Sample[], grouping: { without: boolean; labels: string[] }): Map<string, Group> {
  const groups = new Map<string, Group>();
  const names = grouping.without ? [...grouping.labels, NAME] : grouping.labels;
  for (const sample of samples) {
    const labels = grouping.without ? without(sample.labels, names) : only(sample.labels, names);
    const key = signature(labels);
    const group = groups.get(key) ?? { labels, samples: [] };
    group.samples.push(sample);
    groups.set(key, group);
  }
  return groups;
}

/** NaN is the worst either way. */
function best({ samples }: Group, op: "topk" | "bottomk", k: number): Sample[] {
  const sign = op === "topk" ? -1 : 1;
  return [...samples]
    .sort(({ value: a }, { value: b }) => (Number.isNaN(a) ? 1 : Number.isNaN(b) ? -1 : sign * (a - b)))
    .slice(0, Math.max(0, Math.floor(k)));
}

function countValues({ labels, samples }: Group, name: string, isWithout: boolean): Sample[] {
  const counts = new Map<string, number>();
  for (const { value } of samples) counts.set(formatNumber(value), (counts.get(formatNumber(value)) ?? 0) + 1);
  const rest = isWithout ? without(labels, [name]) : labels;
  return [...counts].map(([value, count]) => ({ labels: withLabel(rest, name, value), value: count }));
}
