import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type GatewayMove } from "#lib/apps/spec/gateway-rules";
import { NO_TRAFFIC_RULES, type RouteTraffic } from "#lib/apps/spec/traffic-schema";
import { type AppSettings, appSettings, appSpec } from "#lib/apps/spec-schema";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { seePod } from "#lib/clusters/pod-rules";
import { getBulkView } from "#lib/releases/bulk/queries";
import { workOffBulk } from "#lib/releases/bulk/work-off-bulk";
import { checkGateways } from "#lib/releases/gateway/check-gateways";
import { createMove } from "#lib/releases/gateway/create-move";
import { getGateways, previewMove } from "#lib/releases/gateway/queries";
import { planRelease } from "#lib/releases/plan/plan-release";
import { reconcileRelease } from "#lib/releases/reconcile";
import { isTerminal } from "#lib/releases/release-rules";
import { type ReconcileReleaseDeps } from "#lib/releases/steps/step-context";
import { type Edge } from "#tests/world/sandbox";
import { ReleaseWorld, SETTINGS } from "../releases/release-world.ts";
import { visit } from "./visit.ts";

type App = Awaited<ReturnType<ReleaseWorld["createApp"]>>;
type Named = "plain" | "ruled" | "canary" | "other" | "native";

let world: ReleaseWorld;
let edge: Edge;
let apps: Record<Named, App>;
const db = () => world.database.db;
const signal = AbortSignal.timeout(110_000);
const ALL = { reads: null, moves: null };
const ECHO = ["node", "-e", `require("http").createServer((q,s)=>s.end(q.url)).listen(8080)`];

beforeAll(async () => {
  world = await ReleaseWorld.start();
  if (!world.world.edge) throw new Error("needs the sandbox's gateways");
  edge = world.world.edge;
  const canary = { headers: [{ name: "x-canary", match: "exact" as const, value: "yes" }], rewritePath: "/new" };
  const [plain, ruled, chosen, other, native] = await Promise.all([
    running("istio", [{}]),
    running("istio", [{ timeoutMs: 5_000, retries: { attempts: 2, perTryTimeoutMs: null, on: ["5xx"] } }]),
    running("istio", [{}, canary]),
    running("istio", [{}]),
    running("ingress", [{}]),
  ]);
  apps = { plain, ruled, canary: chosen, other, native };
}, 120_000);
afterAll(() => world.stop());

const hostOf = ({ name }: App) => `${name}.test`;

/** A running service with a route for each of these rules, all at the same host and path. */
async function running(gatewayClass: "istio" | "ingress", rules: Partial<RouteTraffic>[]): Promise<App> {
  const app = await world.createApp();
  const routes = rules.map((rule) => ({
    ...{ host: hostOf(app), path: "/", pathType: "prefix" as const, port: 8080 },
    ...(Object.keys(rule).length > 0 ? { traffic: { ...NO_TRAFFIC_RULES, ...rule } } : {}),
  }));
  const settings: AppSettings = appSettings.parse({ ...SETTINGS, replicas: 1, exposure: { gatewayClass, routes } });
  const build = await world.createBuild(app, ECHO);
  const view = await world.drive(await world.request(app, { buildId: build.id, settings }));
  expect(view.state).toBe("done");
  return app;
}

const everyApp = () => Object.values(apps);
const moveTo = (to: GatewayMove) => {
  const wish = { id: world.environmentId, to, reason: "Istio's gateway is down", idempotencyKey: randomUUID() };
  return createMove({ id: apps.plain.userId }, ALL, wish, world.deps);
};

/** The worker: works the move and its releases off until nothing of them is left, run again after every death. */
async function work(bulkId: string, depsOf: (key: string) => ReconcileReleaseDeps = () => world.deps): Promise<void> {
  const again = async (run: () => Promise<unknown>) => {
    for (;;) {
      try {
        return await run();
      } catch (error) {
        if (!(error instanceof Death)) throw error;
      }
    }
  };
  for (;;) {
    signal.throwIfAborted();
    const bulk = await again(() => workOffBulk(depsOf(bulkId), bulkId, { signal }));
    const open = await db().release.findMany({
      where: { appId: { in: everyApp().map(({ id }) => id) } },
      select: { id: true, state: true },
    });
    const unfinished = open.filter(({ state }) => !isTerminal(state));
    if (bulk === "done" && unfinished.length === 0) return;
    await Promise.all(unfinished.map(({ id }) => again(() => reconcileRelease(depsOf(id), id, { signal }))));
  }
}

class Death extends Error {}
/** Dies once at every point that each release, and the move itself, passes on its way. */
function mortal(): { depsOf(key: string): ReconcileReleaseDeps; died: Set<string> } {
  const [died, points] = [new Set<string>(), new Set<string>()];
  const depsOf = (key: string): ReconcileReleaseDeps => ({
    ...world.deps,
    checkpoint: async (name) => {
      if (died.has(`${key} ${name}`)) return;
      died.add(`${key} ${name}`);
      points.add(name);
      throw new Death(name);
    },
  });
  return { depsOf, died: points };
}

/** Visitors of every service, one request after another, until told to stop; what was not answered well. */
function visitors(): { stop(): Promise<{ count: number; failed: number[] }> } {
  let going = true;
  const seen: number[] = [];
  const all = everyApp().map(async (app) => {
    while (going) seen.push((await visit(edge.url, hostOf(app), "/x")).status);
  });
  return {
    stop: async () => {
      going = false;
      await Promise.all(all);
      return { count: seen.length, failed: seen.filter((status) => status !== 200) };
    },
  };
}

const at = async (base: string) =>
  Object.fromEntries(
    await Promise.all(
      Object.entries(apps).map(async ([name, app]) => [name, (await visit(base, hostOf(app), "/x")).status] as const),
    ),
  );
const exposureOf = async (app: App) => {
  const newest = await db().release.findFirstOrThrow({
    where: { appId: app.id, state: "done" },
    orderBy: { number: "desc" },
  });
  return appSpec.parse(newest.spec).exposure;
};
const podsOf = async () => {
  const { items } = await world.kubernetes.list(KINDS.pod, "kepler-dev");
  return items.flatMap((item) => seePod(item)?.name ?? []).sort();
};
const ON_ISTIO = { plain: 200, ruled: 200, canary: 200, other: 200, native: 404 };
const ON_TRAEFIK = { plain: 404, ruled: 404, canary: 404, other: 404, native: 200 };

test("all routes move to the standby and home again under load, the worker dying at every point: no request is lost, no pod restarted", async () => {
  const environment = await db().environment.findUniqueOrThrow({
    where: { id: world.environmentId },
    include: { cluster: true },
  });
  await checkGateways(world.deps, environment, { signal });
  const before = await Promise.all(everyApp().map(exposureOf));
  const pods = await podsOf();

  const preview = await previewMove(ALL, { id: world.environmentId, to: "ingress" }, db());
  expect(preview.moves.map(({ app }) => app).sort()).toEqual(
    [apps.plain, apps.ruled, apps.canary, apps.other].map(({ name }) => name).sort(),
  );
  const lost = (app: App) => preview.moves.find((item) => item.app === app.name)?.losses;
  expect(lost(apps.plain)).toEqual([]);
  expect(lost(apps.ruled)).toEqual([
    { host: hostOf(apps.ruled), path: "/", is: "resting", features: ["timeout", "retries"] },
  ]);
  expect(lost(apps.canary)).toEqual([{ host: hostOf(apps.canary), path: "/", is: "unserved", features: ["headers"] }]);
  expect(preview.targets).toMatchObject([{ gatewayClass: "ingress", state: "ready" }]);

  const load = visitors();
  const there = mortal();
  await work((await moveTo("ingress")).bulkId, there.depsOf);
  expect([await at(edge.traefikUrl), await at(edge.istioUrl)]).toEqual([
    { plain: 200, ruled: 200, canary: 200, other: 200, native: 200 },
    { plain: 404, ruled: 404, canary: 404, other: 404, native: 404 },
  ]);
  const view = await getGateways(ALL, { id: world.environmentId, q: "", page: 1 }, db());
  expect(view).toMatchObject({ on: "ingress", total: 6, lastMove: { to: "ingress", count: 4, moved: 4, failed: 0 } });
  expect(view.rows.find(({ app }) => app === apps.plain.name)).toMatchObject({
    ...{ gatewayClass: "istio", carrier: "ingress", movingTo: null },
  });
  expect(await world.live(KINDS.virtualService, apps.plain.name)).toBeNull();
  expect((await visit(edge.traefikUrl, hostOf(apps.canary), "/x", { headers: { "x-canary": "yes" } })).text).toBe("/x");

  const home = mortal();
  await work((await moveTo("home")).bulkId, home.depsOf);
  const { count, failed } = await load.stop();
  expect(failed).toEqual([]);
  expect(count).toBeGreaterThan(100);
  expect([await at(edge.istioUrl), await at(edge.traefikUrl)]).toEqual([ON_ISTIO, ON_TRAEFIK]);
  expect((await visit(edge.istioUrl, hostOf(apps.canary), "/x", { headers: { "x-canary": "yes" } })).text).toBe(
    "/new/x",
  );
  expect(await Promise.all(everyApp().map(exposureOf))).toEqual(before);
  expect(await podsOf()).toEqual(pods);
  for (const point of ["bulk.item.before-commit", "release.remove.after.before-effect", "release.rollout.after-commit"])
    expect([...there.died, ...home.died]).toContain(point);
});

test("a standby that does not serve the routes leaves every service where it was, and the others are not even tried", async () => {
  const traefik = { ...KINDS.service, namespace: "traefik", name: "traefik" };
  const service = await world.kubernetes.get(traefik);
  const ports = (port: number) => [{ name: "web", port, targetPort: port, protocol: "TCP", appProtocol: "http" }];
  const { port } = new URL(edge.traefikUrl);
  expect(service).not.toBeNull();
  // Nobody listens at port 1.
  await world.kubernetes.mergePatch(traefik, { spec: { ports: ports(1) } });
  // Every look at this clock is 20 s later: no test waits for a gateway's patience.
  let late = 0;
  const now = () => new Date(Date.now() + 20_000 * late++);
  const { bulkId } = await moveTo("ingress");
  await work(bulkId, () => ({ ...world.deps, now }));
  await world.kubernetes.mergePatch(traefik, { spec: { ports: ports(Number(port)) } });

  const { items } = await getBulkView(bulkId, { id: apps.plain.userId, isAdmin: false }, db());
  expect(items.map(({ release }) => release?.state ?? null)).toEqual(["failed", "failed", "failed", null]);
  expect(items[0]?.error?.message).toMatch(/^Traefik does not serve t-[0-9a-f]+\.test\/: it does not answer\.$/);
  expect(items[3]?.error?.message).toBe("The first services could not be moved, so this one was left where it is.");
  expect([await at(edge.istioUrl), await at(edge.traefikUrl)]).toEqual([ON_ISTIO, ON_TRAEFIK]);
});

test("what is released or brought back meanwhile stays on the gateway that carries the environment", async () => {
  await work((await moveTo("ingress")).bulkId);
  const { environmentId } = world;
  const intent = { environmentId, buildId: null, settings: null, restoresNumber: null };
  const old = await planRelease(db(), apps.plain.id, { ...intent, kind: "rollback", restoresNumber: 1 }, new Date());
  expect(old.spec.exposure).toMatchObject({ gatewayClass: "istio", failedOverTo: "ingress" });
  const { image: _, ...settings } = old.spec;
  const { failedOverTo: __, ...exposure } = settings.exposure ?? { gatewayClass: "istio" as const, routes: [] };
  const typed = { ...settings, exposure };
  const edited = await planRelease(db(), apps.plain.id, { ...intent, kind: "configure", settings: typed }, new Date());
  expect(edited.spec.exposure).toMatchObject({ gatewayClass: "istio", failedOverTo: "ingress" });

  await expect(moveTo("ingress")).rejects.toMatchObject({ code: "conflict" });
  const viewer = { reads: null, moves: [] };
  const wish = { id: environmentId, to: "home" as const, reason: null, idempotencyKey: randomUUID() };
  await expect(createMove({ id: apps.plain.userId }, viewer, wish, world.deps)).rejects.toMatchObject({
    code: "denied",
  });
  expect(await previewMove(viewer, { id: environmentId, to: "home" }, db())).toMatchObject({ moves: [], notMine: 4 });
});
