import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Prometheus } from "#lib/clients/prometheus/client";
import { getRequestRates } from "#lib/metrics/get-request-rates";
import { getUtilization } from "#lib/metrics/get-utilization";
import { type ChartKey, type MetricsView, type SeriesPart } from "#lib/metrics/schema";
import { lastHour } from "#lib/metrics/utilization-rules";
import { getCalls } from "#lib/topology/get-calls";
import { getTopology } from "#lib/topology/get-topology";
import { waitFor } from "#tests/world/wait-for";
import { SETTINGS } from "../releases/release-world.ts";
import { type MeasuredApp, startMetricsWorld } from "./metrics-world.ts";

let world: Awaited<ReturnType<typeof startMetricsWorld>>;
beforeAll(async () => {
  world = await startMetricsWorld();
}, 180_000);
afterAll(() => world?.stop());

const line = (metrics: MetricsView, key: ChartKey, part: SeriesPart = "value"): (number | null)[] =>
  metrics.charts.find((chart) => chart.key === key)?.series.find((series) => series.part === part)?.values ?? [];
const known = (values: (number | null)[]): number[] => values.filter((value) => value !== null);
const last = (values: (number | null)[]): number => known(values).at(-1) ?? Number.NaN;
const within = (value: number, low: number, high: number): boolean => value > low && value < high;

/** Until the load has been seen for as long as a rate looks back. */
const measured = (app: MeasuredApp, view: MetricsView["view"] = "sum") =>
  waitFor(
    "measured load",
    async () => {
      const metrics = await world.ask(app, { view });
      const seen = within(last(line(metrics, "errors")), 0.2, 0.3) && last(line(metrics, "latency", "p99")) > 250;
      const accounted = [line(metrics, "cpu"), line(metrics, "throttling")].every((values) => last(values) >= 0);
      return (seen || view === "pods") && accounted && metrics;
    },
    60_000,
    500,
  );

describe("what a service used and served", { timeout: 120_000 }, () => {
  it("is measured from real requests through the mesh, beside its requests and limits", async () => {
    const metrics = await measured(world.meshed);
    expect(metrics).toMatchObject({ state: "ok", requestSource: "mesh", problem: null, usage: null });
    const { cpuRequestMillis, cpuLimitMillis, memoryLimitBytes } = SETTINGS.resources;
    expect(last(line(metrics, "cpu", "request"))).toBeCloseTo((2 * cpuRequestMillis) / 1000);
    expect(last(line(metrics, "cpu", "limit"))).toBeCloseTo((2 * cpuLimitMillis) / 1000);
    expect(last(line(metrics, "memory", "limit"))).toBe(2 * memoryLimitBytes);
    expect(within(last(line(metrics, "memory")), 2 * 10e6, 2 * memoryLimitBytes)).toBe(true);
    expect(last(line(metrics, "requests"))).toBeGreaterThan(1);
    expect(last(line(metrics, "latency", "p50"))).toBeLessThan(last(line(metrics, "latency", "p99")));
    // A slow one takes 300 ms, which Envoy counts as between 250 and 500; more on a machine that is busy.
    expect(last(line(metrics, "latency", "p99"))).toBeGreaterThan(250);
    expect(last(line(metrics, "network", "in"))).toBeGreaterThan(0);
    expect(last(line(metrics, "network", "out"))).toBeGreaterThan(0);
    expect(known(line(metrics, "restarts")).every((value) => value === 0)).toBe(true);
    expect(known(line(metrics, "throttling")).every((share) => share >= 0 && share <= 1)).toBe(true);
    expect(metrics.grafana).toMatch(
      new RegExp(`^https://grafana.test/d/x\\?var-ns=kepler-dev&var-app=${world.meshed.name}&from=\\d+$`),
    );
    expect(metrics.releases.map(({ number, kind, by }) => [number, kind, by])).toEqual([[1, "deploy", "Lin"]]);
  });

  it("is told in short for an overview: one line of each main figure, and the most that it may be", async () => {
    const main = await world.ask(world.meshed, { charts: "main" });
    expect(main.charts.map(({ key, series }) => [key, ...series.map(({ part }) => part)])).toEqual([
      ["cpu", "value", "limit"],
      ["memory", "value", "limit"],
      ["requests", "value"],
      ["latency", "p95"],
    ]);
    expect(main.grid.count).toBeLessThanOrEqual(61);
    expect(last(line(main, "requests"))).toBeGreaterThan(1);
  });

  it("is told by pod: its own pods and nobody else's", async () => {
    const metrics = await measured(world.meshed, "pods");
    const pods = await world.podsOf(world.meshed);
    for (const key of ["cpu", "memory", "requests"] as const) {
      const chart = metrics.charts.find((each) => each.key === key);
      expect(
        chart?.series
          .filter(({ part }) => part === "value")
          .map(({ pod }) => pod)
          .sort(),
        key,
      ).toEqual(pods);
    }
    expect(last(line(metrics, "cpu", "limit"))).toBeCloseTo(SETTINGS.resources.cpuLimitMillis / 1000);
  });

  it("is counted at the edge where it is in no mesh", async () => {
    const metrics = await measured(world.plain);
    expect(metrics.requestSource).toBe("traefik");
    expect(last(line(metrics, "requests"))).toBeGreaterThan(1);
  });

  it("has gaps for the time before it was there, and begins no earlier than the app itself", async () => {
    const own = await measured(world.meshed);
    expect(own.grid.startMs).toBeGreaterThanOrEqual(world.meshed.createdAt.getTime());
    const older = await world.ask({
      ...world.meshed,
      createdAt: new Date(world.meshed.createdAt.getTime() - 10 * 60_000),
    });
    expect(older).toMatchObject({ state: "ok", problem: null });
    for (const key of ["cpu", "memory", "requests", "errors", "latency"] as const) {
      const values = older.charts.find((chart) => chart.key === key)?.series[0]?.values ?? [];
      expect(
        values.findIndex((value) => value !== null),
        key,
      ).toBeGreaterThan(20);
    }
  });
});

it("is drawn with the services that its pods really call", { timeout: 90_000 }, async () => {
  const { db } = world;
  const draw = (of: Prometheus | null) =>
    getTopology(world.meshed, "dev", { db, prometheus: of, now: () => new Date() });
  const used = await waitFor(
    "the service that is called",
    async () => {
      const { columns } = await draw(world.prometheus);
      const of = (key: string) => columns.find((column) => column.key === key)?.nodes[0];
      const [found, edge, mesh] = [of("uses"), of("edge")?.calls, of("mesh")?.calls];
      return found && edge && mesh && { found, edge, mesh, keys: columns.map(({ key }) => key) };
    },
    60_000,
    500,
  );
  expect(used.keys).toEqual(["edge", "routes", "mesh", "uses"]);
  expect(used.found).toMatchObject({ kind: "callee", name: world.plain.name, state: "ok", isOurs: true });
  expect(used.found.calls?.perSecond).toBeGreaterThan(0);
  // A quarter of the visits fail, and all of them come through the gateway.
  for (const { perSecond, errorShare, p95Ms } of [used.edge, used.mesh]) {
    expect(perSecond).toBeGreaterThan(0);
    expect(errorShare).toBeCloseTo(0.25, 1);
    expect(p95Ms).toBeGreaterThan(0);
  }
  expect(await draw(null)).toMatchObject({ knowsCalls: false });
});

it("is in the picture of its environment's calls, with its gateway, and only for those who may see one end", async () => {
  const { db } = world;
  const { id } = await db.environment.findUniqueOrThrow({ where: { name: "dev" }, select: { id: true } });
  const draw = (teams: string[] | null, of: Prometheus | null = world.prometheus) =>
    getCalls(id, teams, { signal: AbortSignal.timeout(30_000) }, { db, prometheus: of, now: () => new Date() });
  const seen = await waitFor(
    "calls between all three",
    async () => {
      const view = await draw(null);
      return view.edges.length >= 3 && view;
    },
    60_000,
    500,
  );
  expect(seen).toMatchObject({ state: "ok", hidden: 0 });
  const edge = (from: string, to: string) => seen.edges.find((each) => each.from === from && each.to === to);
  const [mesh, called] = [`service ${world.meshed.name}`, `service ${world.plain.name}`];
  // A quarter of the visits fail.
  for (const gateway of [edge("istio ", mesh), edge("traefik ", called)]) {
    expect(gateway?.perSecond).toBeGreaterThan(0);
    expect(gateway?.errorShare).toBeCloseTo(0.25, 1);
    expect(gateway?.p95Ms).toBeGreaterThan(0);
    expect(gateway?.state).toBe("warn");
  }
  expect(edge(mesh, called)).toMatchObject({ errorShare: 0, state: "ok" });
  expect(await draw([])).toMatchObject({ state: "ok", nodes: [], edges: [] });
  expect(await draw(null, null)).toMatchObject({ state: "absent", edges: [] });
  const lift = await world.putPrometheusOutOfOrder({ kind: "drop" });
  expect(await draw(null)).toMatchObject({ state: "unreachable", problem: { system: "prometheus" } });
  await lift();
});

describe("what is said instead of charts", { timeout: 120_000 }, () => {
  it("tells a Prometheus that has gone from one that refuses, and both from one that came back", async () => {
    await measured(world.meshed);
    const lift = await world.putPrometheusOutOfOrder({ kind: "drop" });
    const gone = await world.ask(world.meshed);
    expect(gone).toMatchObject({ state: "unreachable", problem: { code: "unavailable", system: "prometheus" } });
    expect(gone.charts).toEqual([]);
    expect(gone.releases).toHaveLength(1);
    expect(gone.usage?.pods).toBe(2);
    await lift();

    const allow = await world.putPrometheusOutOfOrder({ kind: "answer", status: 403 });
    expect(await world.ask(world.meshed)).toMatchObject({ state: "forbidden", problem: { code: "denied" } });
    await allow();
    expect(await world.ask(world.meshed)).toMatchObject({ state: "ok", problem: null });
  });

  it("is what the cluster itself measures now, where there is no Prometheus", async () => {
    const metrics = await waitFor("usage", async () => {
      const found = await world.ask(world.meshed, { prometheus: null });
      return found.usage && found;
    });
    expect(metrics).toMatchObject({ state: "absent", problem: null, charts: [], usage: { pods: 2 } });
    expect(metrics.usage?.memoryBytes).toBeGreaterThan(10e6);
  });

  it("is that nothing is known of a service that never ran", async () => {
    const fresh = await world.unreleased();
    expect(await world.ask(fresh)).toMatchObject({
      state: "empty",
      isRunning: false,
      usage: null,
      requestSource: null,
    });
  });

  it("is since when the figures have ended, while its pods go on", async () => {
    const { db } = world;
    await measured(world.meshed);
    const { clusterId } = await db.environment.findUniqueOrThrow({
      where: { name: "dev" },
      select: { clusterId: true },
    });
    const [name = ""] = await world.podsOf(world.meshed);
    const facts = { phase: "Running", status: "Running", ready: true, restarts: 0, containers: [] };
    await db.observedPod.create({
      data: {
        ...{ clusterId, uid: name, namespace: "kepler-dev", name, appId: world.meshed.id, ...facts },
        ...{ createdAt: world.meshed.createdAt, seenAt: new Date() },
      },
    });
    expect((await world.ask(world.meshed)).state).toBe("ok");
    // As if it were a quarter of an hour later, and nothing had been scraped since.
    const nowMs = Date.now() + 15 * 60_000;
    const stale = await world.ask(world.meshed, { nowMs });
    expect(stale).toMatchObject({ state: "stale", isRunning: true });
    expect(Date.parse(stale.lastAt ?? "")).toBeLessThan(nowMs - 5 * 60_000);
    expect(known(line(stale, "memory")).length).toBeGreaterThan(0);
  });
});

type Look = (teams: string[] | null, of?: Prometheus | null) => Promise<{ state: string; apps: { app: string }[] }>;

/** Of many services at once each is told to its own team; and nothing is told as if it were 0 when nothing is known. */
async function isToldToWhomMaySee(look: Look): Promise<void> {
  const { id, name } = world.meshed;
  const { teamId } = await world.db.app.findUniqueOrThrow({ where: { id }, select: { teamId: true } });
  expect((await look([teamId])).apps.map(({ app }) => app)).toContain(name);
  expect(await look([])).toEqual({ state: "ok", problem: null, apps: [] });
  expect(await look(null, null)).toMatchObject({ state: "absent", apps: [] });
  const lift = await world.putPrometheusOutOfOrder({ kind: "answer", status: 403 });
  expect(await look(null)).toMatchObject({ state: "forbidden", problem: { system: "prometheus" }, apps: [] });
  await lift();
}

it("tells the services list how near each came to its limits, to whom may see it", { timeout: 120_000 }, async () => {
  const { db, meshed, plain, imported } = world;
  const { id } = await db.environment.findUniqueOrThrow({ where: { name: "dev" }, select: { id: true } });
  const asked = { environmentId: id, apps: [meshed.name, plain.name, imported.name, "never-made"] };
  const look = (teams: string[] | null, prometheus: Prometheus | null = world.prometheus) =>
    getUtilization(asked, teams, { db, prometheus, now: () => new Date() });
  const { apps } = await waitFor(
    "figures of all three",
    async () => {
      const view = await look(null);
      return view.apps.length === 3 && view.apps.every(({ cpu }) => last(cpu) > 0) && view;
    },
    60_000,
    500,
  );
  const { memoryLimitBytes } = SETTINGS.resources;
  for (const { cpu, memory } of apps) {
    expect(within(last(cpu), 0, 2)).toBe(true);
    expect(within(last(memory), 10e6 / memoryLimitBytes, 1)).toBe(true);
  }
  const { charts } = await world.ask(imported);
  expect(charts.filter(({ key, series }) => ["cpu", "memory"].includes(key) && series.length > 0)).toHaveLength(2);
  await isToldToWhomMaySee(look);
});

it("tells the overview how often each is asked and fails, whoever counts it", { timeout: 120_000 }, async () => {
  const { db, meshed, plain, imported } = world;
  const { id } = await db.environment.findUniqueOrThrow({ where: { name: "dev" }, select: { id: true } });
  const asked = { environmentId: id, apps: [meshed.name, plain.name, imported.name, "never-made"] };
  const look = (teams: string[] | null, prometheus: Prometheus | null = world.prometheus) =>
    getRequestRates(asked, teams, { db, prometheus, now: () => new Date() });
  const { apps } = await waitFor(
    "rates of both",
    async () => {
      const view = await look(null);
      return view.apps.length === 2 && view.apps.every(({ failed }) => (failed.now ?? 0) > 0) && view;
    },
    60_000,
    500,
  );
  // Who is neither in the mesh nor exposed is counted by nobody.
  expect(apps.map(({ app }) => app).sort()).toEqual([meshed.name, plain.name].sort());
  for (const { perSecond, failed } of apps) {
    // As many as the machine made in the time.
    expect(last(perSecond)).toBeGreaterThan(0);
    expect(within(failed.now ?? 0, 0.1, 0.4)).toBe(true);
  }
  await isToldToWhomMaySee(look);
});

it("keeps what Traefik counted when mesh proxies begin to count", { timeout: 120_000 }, async () => {
  const switchedAt = Date.now();
  await world.change(world.plain, { meshMode: "mesh" });
  const metrics = await waitFor("mesh proxies to be measured", async () => {
    const view = await world.ask(world.plain);
    const newest = view.charts.find(({ key }) => key === "requests")?.series[0]?.values.at(-1);
    return newest !== null && newest !== undefined && view;
  });
  expect(metrics).toMatchObject({ requestSource: "mesh", earlierSources: ["traefik"] });
  for (const key of ["requests", "errors", "latency"] as const) {
    const values = metrics.charts.find((chart) => chart.key === key)?.series[0]?.values ?? [];
    const oldest = metrics.grid.startMs + values.findIndex((value) => value !== null) * metrics.grid.stepMs;
    expect(oldest, key).toBeLessThan(switchedAt);
  }
  expect(await world.ask(world.plain, { view: "pods" })).toMatchObject({ earlierSources: [] });
  // The last but one moment of the overview's hour is the one before the switch.
  const { id } = await world.db.environment.findUniqueOrThrow({ where: { name: "dev" }, select: { id: true } });
  const asked = { environmentId: id, apps: [world.plain.name] };
  const now = () => new Date(switchedAt + lastHour(0).stepMs - 1);
  const { apps } = await getRequestRates(asked, null, { db: world.db, prometheus: world.prometheus, now });
  expect(apps[0]?.perSecond.at(-2)).toBeGreaterThan(0);
});
