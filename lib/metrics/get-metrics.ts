import "server-only";
import { appSpec } from "#lib/apps/spec-schema";
import { type Prometheus } from "#lib/clients/prometheus/client";
import { ownSystems } from "#lib/clusters/connect-systems";
import { getUsage } from "#lib/clusters/get-usage";
import { type UsageView } from "#lib/clusters/schema";
import { type Db, db as ownDb } from "#lib/platform/db";
import { env } from "#lib/platform/env";
import { Denied, KeplerError, NotFound } from "#lib/platform/errors";
import { containerOf } from "#lib/releases/manifests/object";
import { askCharts } from "./ask-charts.ts";
import { grafanaLink } from "./grafana-rules.ts";
import { gridOf } from "./range-rules.ts";
import { releaseMarks } from "./release-marks.ts";
import { newestOf, stateOfAnswer } from "./sample-rules.ts";
import { type MetricsInput, type MetricsView } from "./schema.ts";
import { requestSourceOf } from "./scope-rules.ts";
import { sourcesInRange } from "./sources-in-range.ts";

export type MetricsDeps = {
  db: Db;
  prometheus: Prometheus | null;
  usage(app: { id: string; name: string }, environment: string, options: { signal: AbortSignal }): Promise<UsageView>;
  /** Address of a dashboard with fields in braces; null = none. */
  grafanaUrl: string | null;
  now: () => Date;
};
const ownDeps = (): MetricsDeps => ({
  db: ownDb(),
  prometheus: ownSystems().prometheus,
  usage: getUsage,
  grafanaUrl: env().grafanaUrl,
  now: () => new Date(),
});

type App = { id: string; name: string; createdAt: Date };

/**
 * What an app used and served in an environment over a range of time, with the releases of that time. Prometheus being
 * away, refusing, knowing nothing or having stopped to measure are states of the answer, so that what is known beside it
 * is still told. Throws NotFound for an unknown environment.
 */
export async function getMetrics(
  app: App,
  input: Omit<MetricsInput, "app">,
  { signal }: { signal: AbortSignal },
  deps: MetricsDeps = ownDeps(),
): Promise<MetricsView> {
  const { db, prometheus } = deps;
  const place = await db.environment.findUnique({
    where: { name: input.environment },
    select: { id: true, namespace: true, clusterId: true, cluster: { select: { name: true } } },
  });
  if (!place) throw new NotFound(`There is no environment ${input.environment}.`);
  const [current, oldest, releases, sources] = await Promise.all([
    db.release.findFirst({
      where: { appId: app.id, environmentId: place.id, state: "done" },
      orderBy: { number: "desc" },
      select: { spec: true },
    }),
    db.observedPod.findFirst({
      where: { appId: app.id, clusterId: place.clusterId, namespace: place.namespace, ready: true },
      orderBy: { createdAt: "asc" },
      select: { createdAt: true },
    }),
    releaseMarks(db, { appId: app.id, environmentId: place.id }, input),
    sourcesInRange(db, { appIds: [app.id], environmentId: place.id }, input),
  ]);
  const spec = current && appSpec.parse(current.spec);
  const source = requestSourceOf(spec);
  // Beside pods, what was counted for all of them together would stand for ever.
  const earlier = input.view === "pods" ? [] : (sources.get(app.id) ?? []).filter((each) => each !== source);
  const grafana =
    deps.grafanaUrl &&
    grafanaLink(deps.grafanaUrl, {
      ...{ app: app.name, namespace: place.namespace, environment: input.environment, cluster: place.cluster.name },
      ...{ from: String(input.from), to: String(input.to) },
    });
  const facts = {
    view: input.view,
    isRunning: oldest !== null,
    requestSource: source,
    earlierSources: earlier,
    releases,
    grafana,
  };
  // Before the app was there, another of its name may have been, of another team.
  const createdMs = app.createdAt.getTime();
  const range = { fromMs: Math.max(input.from, createdMs), toMs: Math.max(input.to, createdMs) };

  const without = async (state: MetricsView["state"], problem: MetricsView["problem"], lastAt: Date | null) => ({
    ...facts,
    ...{ state, problem, lastAt: lastAt?.toISOString() ?? null },
    grid: gridOf(range, 1),
    charts: [],
    usage: await usageBeside(deps, app, input.environment, signal),
  });
  if (prometheus === null) return without("absent", null, null);
  try {
    const container = spec ? containerOf({ app, spec }) : app.name;
    const scope = { app: app.name, namespace: place.namespace, container };
    const requests = { sources: source ? [source, ...earlier] : earlier, ports: spec?.ports ?? [] };
    const { grid, charts, scrapeSeconds } = await askCharts(
      prometheus,
      { scope, view: input.view, charts: input.charts, requests },
      range,
      signal,
    );
    const newestMs = newestOf(grid, charts);
    const runningSinceMs = oldest?.createdAt.getTime() ?? null;
    const state = stateOfAnswer({ grid, newestMs, scrapeSeconds, runningSinceMs, nowMs: deps.now().getTime() });
    const lastAt = state === "stale" && newestMs !== null ? new Date(newestMs).toISOString() : null;
    const usage = state === "ok" ? null : await usageBeside(deps, app, input.environment, signal);
    return { ...facts, state, problem: null, lastAt, grid, charts, usage };
  } catch (error) {
    if (!(error instanceof KeplerError) || signal.aborted) throw error;
    const status = await db.systemStatus.findUnique({ where: { key: "prometheus" }, select: { lastOkAt: true } });
    const state = error instanceof Denied ? "forbidden" : "unreachable";
    return without(state, error.toPublic(), status?.lastOkAt ?? null);
  }
}

/** What the cluster itself measures now. Only said beside, so its own silence is no failure of the whole. */
const usageBeside = async (
  { usage }: MetricsDeps,
  app: App,
  environment: string,
  signal: AbortSignal,
): Promise<MetricsView["usage"]> =>
  usage(app, environment, { signal }).then(
    ({ highest }) => highest,
    () => null,
  );
