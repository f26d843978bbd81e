import {
  aggregate,
  binary,
  type Expr,
  equal,
  labelled,
  literally,
  type Matcher,
  matching,
  rate,
  select,
} from "./promql-rules.ts";
import { type Grid } from "./range-rules.ts";
import { valuesOn } from "./sample-rules.ts";
import { containerMatchers } from "./scope-rules.ts";
import { type UtilizationView } from "./utilization-schema.ts";

const HOUR_MS = 3_600_000;
const STEP_MS = 120_000;
/** Four scrapes where they are a minute apart: a rate needs two of them. */
export const RATE_SECONDS = 240;

/** The hour that ends now: what has just begun has a figure too. */
export const lastHour = (nowMs: number): Grid => ({
  startMs: nowMs - HOUR_MS,
  stepMs: STEP_MS,
  count: HOUR_MS / STEP_MS + 1,
});

/** A service and the container that it runs in. */
type Service = { app: string; container: string };
type Queries = { cpu: Expr; memory: Expr };
/** What is asked for one by one makes a query long, and it travels in an address. */
const MOST_TOGETHER = 10;

/**
 * What the fullest container of each of these services used at a moment: CPU in cores, memory in bytes, each with the
 * service's name as its `container`. Those whose container is called as they are come in one query; a container's name of
 * somebody else's choice ("app") is many services', so these are told apart by their pods.
 */
export function utilizationQueries(namespace: string, services: readonly Service[]): Queries[] {
  const named = services.filter(({ app, container }) => app === container).map(({ app }) => literally(app));
  const others = services.filter(({ app, container }) => app !== container);
  const together = [equal("namespace", namespace), matching("container", named.join("|"))];
  const alone = others.map((service) => {
    const { cpu, memory } = fullest([], containerMatchers({ ...service, namespace }));
    const of = (expr: Expr) => labelled(expr, "container", service.app);
    return { cpu: of(cpu), memory: of(memory) };
  });
  return [...(named.length > 0 ? [fullest(["container"], together)] : []), ...joined(alone)];
}

const fullest = (by: readonly string[], matchers: Matcher[]): Queries => ({
  cpu: aggregate("max", by, rate("container_cpu_usage_seconds_total", matchers, RATE_SECONDS)),
  memory: aggregate("max", by, select("container_memory_working_set_bytes", matchers)),
});

/** Several in one, MOST_TOGETHER at a time. */
const joined = (all: readonly Queries[]): Queries[] =>
  all
    .flatMap((_, at) => (at % MOST_TOGETHER === 0 ? [all.slice(at, at + MOST_TOGETHER)] : []))
    .map((some) =>
      some.reduce((left, right) => ({
        cpu: binary(left.cpu, "or", right.cpu),
        memory: binary(left.memory, "or", right.memory),
      })),
    );

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
