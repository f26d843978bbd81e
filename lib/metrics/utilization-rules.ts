import { aggregate, type Expr, equal, literally, matching, rate, select } from "./promql-rules.ts";
import { type Grid } from "./range-rules.ts";
import { valuesOn } from "./sample-rules.ts";
import { type UtilizationView } from "./utilization-schema.ts";

const HOUR_MS = 3_600_000;
const STEP_MS = 120_000;
/** Four scrapes where they are a minute apart: a rate needs two of them. */
const RATE_SECONDS = 240;

/** The hour that ends now: what has just begun has a figure too. */
export const lastHour = (nowMs: number): Grid => ({
  startMs: nowMs - HOUR_MS,
  stepMs: STEP_MS,
  count: HOUR_MS / STEP_MS + 1,
});

/** What the fullest container of each of these names used at a moment: CPU in cores, memory in bytes. */
export function utilizationQueries(namespace: string, containers: readonly string[]): { cpu: Expr; memory: Expr } {
  const matchers = [equal("namespace", namespace), matching("container", containers.map(literally).join("|"))];
  return {
    cpu: aggregate("max", ["container"], rate("container_cpu_usage_seconds_total", matchers, RATE_SECONDS)),
    memory: aggregate("max", ["container"], select("container_memory_working_set_bytes", matchers)),
  };
}

type Limits = { app: string; cpuCores: number; memoryBytes: number };
type Answer = Parameters<typeof valuesOn>[1];
type Used = readonly { labels: Readonly<Record<string, string>>; samples: Answer }[];

/** Holds what was used against the limits that are in force now, also where another was at the time. */
export function sharesOf(
  grid: Grid,
  limits: readonly Limits[],
  used: { cpu: Used; memory: Used },
): UtilizationView["apps"] {
  const of = (all: Used, app: string, limit: number) => {
    const samples = all.find(({ labels }) => labels.container === app)?.samples ?? [];
    return valuesOn(grid, samples).map((value) => (value === null ? null : value / limit));
  };
  return limits
    .map(({ app, cpuCores, memoryBytes }) => ({
      app,
      cpu: of(used.cpu, app, cpuCores),
      memory: of(used.memory, app, memoryBytes),
    }))
    .filter(({ cpu, memory }) => [...cpu, ...memory].some((share) => share !== null));
}
