import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { type GatewayMove } from "#lib/apps/spec/gateway-rules";
import { NO_TRAFFIC_RULES, type RouteTraffic } from "#lib/apps/spec/traffic-schema";
import { type AppSettings, appSettings, appSpec } from "#lib/apps/spec-schema";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { seePod } from "#lib/clusters/pod-rules";
import { getBulkView } from "#lib/releases/bulk/queries";
import { workOffBulk } from "#lib/releases/bulk/work-off-bulk";
import { setDomain } from "#lib/releases/domains/change-domains";
import { checkGateways } from "#lib/releases/gateway/check-gateways";
import { createMove } from "#lib/releases/gateway/create-move";
import { previewMove } from "#lib/releases/gateway/preview-move";
import { getGateways } from "#lib/releases/gateway/queries";
import { planRelease } from "#lib/releases/plan/plan-release";
import { reconcileRelease } from "#lib/releases/reconcile";
import { isTerminal } from "#lib/releases/release-rules";
import { type ReconcileReleaseDeps } from "#lib/releases/steps/step-context";
import { type Edge } from "#tests/world/sandbox";
import { ReleaseWorld, SETTINGS } from "../releases/release-world.ts";
import { certificate, visitSecure } from "./secure.ts";
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
  await Promise.all(SECURE.map(allowSecure));
  const canary = { headers: [{ name: "x-canary", match: "exact" as const, value: "yes" }], rewritePath: "/new" };
  const [plain, ruled, chosen, other, native] = await Promise.all([
    running("istio", [{}], "one"),
    running("istio", [{ timeoutMs: 5_000, retries: { attempts: 2, perTryTimeoutMs: null, on: ["5xx"] } }]),
    running("istio", [{}, canary]),
    running("istio", [{}], "two"),
    running("ingress", [{}]),
  ]);
  apps = { plain, ruled, canary: chosen, other, native };
  // Where the Ingresses are: the first release has made that namespace.
  await Promise.all(SECURE.map((name) => certify("traefik", name)));
}, 120_000);
afterAll(() => world.stop());

const hostOf = ({ name }: App) => `${name}.test`;

/** Domains with a certificate of their own, which says for whom and at which gateway it was shown. */
const SECURE = ["one", "two"] as const;
type Secure = (typeof SECURE)[number];
const secureHostOf = (secure: Secure) => `shop.${secure}.example`;

async function allowSecure(secure: Secure): Promise<void> {
  await setDomain(db(), world.environmentId, { name: `${secure}.example`, below: true, tlsSecret: `${secure}-tls` });
  await certify("istio", secure);
}

const placeOf = (gateway: "istio" | "traefik", secure: Secure) => ({
  ...{ namespace: gateway === "istio" ? "istio-system" : "kepler-dev", name: `${secure}-tls` },
});
const certify = (gateway: "istio" | "traefik", secure: Secure) =>
  certificate(world.kubernetes, placeOf(gateway, secure), `${secure}-at-${gateway}`, [secureHostOf(secure)]);

/** A running service with a route for each of these rules, all at the same host and path, and one at a host with TLS. */
async function running(
  gatewayClass: "istio" | "ingress",
  rules: Partial<RouteTraffic>[],
  secure?: Secure,
): Promise<App> {
  const app = await world.createApp();
  const at = (host: string) => ({ host, path: "/", pathType: "prefix" as const, port: 8080 });
  const routes = rules.map((rule) => ({
    ...at(hostOf(app)),
    ...(Object.keys(rule).length > 0 ? { traffic: { ...NO_TRAFFIC_RULES, ...rule } } : {}),
  }));
  if (secure) routes.push(at(secureHostOf(secure)));
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

async function lookAtGateways(): Promise<void> {
  const environment = await db().environment.findUniqueOrThrow({
    where: { id: world.environmentId },
    include: { cluster: true },
  });
  await checkGateways(world.deps, environment, { signal });
}

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

/**
 * Visitors of every service, and of each host with TLS, one request after another, until told to stop; what was not
 * answered well, and how many pages came over TLS from whom.
 */
function visitors(): { stop(): Promise<{ count: number; failed: string[]; shown: Map<string, number> }> } {
  let going = true;
  const seen: string[] = [];
  const failed: string[] = [];
  const plain = everyApp().map(async (app) => {
    while (going) seen.push(`${(await visit(edge.url, hostOf(app), "/x")).status}`);
  });
  const secure = SECURE.map(async (name) => {
    const well = new RegExp(`^${name}-at-(istio|traefik) 200$`);
    while (going) {
      const page = await visitSecure(edge.url, secureHostOf(name), "/x");
      if (well.test(page)) seen.push(page);
      else failed.push(`${name}: ${page}`);
    }
  });
  return {
    stop: async () => {
      going = false;
      await Promise.all([...plain, ...secure]);
      failed.push(...seen.filter((page) => !page.endsWith("200")));
      const shown = Map.groupBy(seen, (page) => page);
      return { count: seen.length, failed, shown: new Map([...shown].map(([page, { length }]) => [page, length])) };
    },
  };
}

const at = async (base: string) =>
  Object.fromEntries(
    await Promise.all(
      Object.entries(apps).map(async ([name, app]) => [name, (await visit(base, hostOf(app), "/x")).status] as const),
    ),
  );
const secureAt = (base: string) => Promise.all(SECURE.map((name) => visitSecure(base, secureHostOf(name))));
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
  await lookAtGateways();
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
  expect(preview.moves.filter(({ trial, certificates }) => trial !== null || certificates.length > 0)).toEqual([]);

  expect(await secureAt(edge.istioUrl)).toEqual(["one-at-istio 200", "two-at-istio 200"]);
  const load = visitors();
  const there = mortal();
  await work((await moveTo("ingress")).bulkId, there.depsOf);
  expect([await at(edge.traefikUrl), await at(edge.istioUrl)]).toEqual([
    { plain: 200, ruled: 200, canary: 200, other: 200, native: 200 },
    { plain: 404, ruled: 404, canary: 404, other: 404, native: 404 },
  ]);
  expect(await secureAt(edge.traefikUrl)).toEqual(["one-at-traefik 200", "two-at-traefik 200"]);
  const view = await getGateways(ALL, { id: world.environmentId, q: "", page: 1 }, db());
  expect(view).toMatchObject({ on: "ingress", total: 8, lastMove: { to: "ingress", count: 4, moved: 4, failed: 0 } });
  expect(view.rows.find(({ app }) => app === apps.plain.name)).toMatchObject({
    ...{ gatewayClass: "istio", carrier: "ingress", movingTo: null },
  });
  expect(await world.live(KINDS.virtualService, apps.plain.name)).toBeNull();
  expect((await visit(edge.traefikUrl, hostOf(apps.canary), "/x", { headers: { "x-canary": "yes" } })).text).toBe("/x");

  const home = mortal();
  await work((await moveTo("home")).bulkId, home.depsOf);
  const { count, failed, shown } = await load.stop();
  expect(failed).toEqual([]);
  expect(count).toBeGreaterThan(100);
  for (const page of SECURE.flatMap((name) => [`${name}-at-istio 200`, `${name}-at-traefik 200`]))
    expect(shown.get(page), page).toBeGreaterThan(5);
  expect(await secureAt(edge.istioUrl)).toEqual(["one-at-istio 200", "two-at-istio 200"]);
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
  const service = z.object({ spec: z.object({ ports: z.unknown() }) }).parse(await world.kubernetes.get(traefik));
  // Nobody listens at port 1.
  const ports = [{ name: "web", port: 1, targetPort: 1, protocol: "TCP", appProtocol: "http" }];
  await world.kubernetes.mergePatch(traefik, { spec: { ports } });
  // Every look at this clock is 20 s later: no test waits for a gateway's patience.
  let late = 0;
  const now = () => new Date(Date.now() + 20_000 * late++);
  const { bulkId } = await moveTo("ingress");
  await work(bulkId, () => ({ ...world.deps, now }));
  await world.kubernetes.mergePatch(traefik, { spec: { ports: service.spec.ports } });

  const { items } = await getBulkView(bulkId, { id: apps.plain.userId, isAdmin: false }, db());
  expect(items.map(({ release }) => release?.state ?? null)).toEqual(["failed", "failed", "failed", null]);
  expect(items[0]?.error?.message).toMatch(/^Traefik does not serve t-[0-9a-f]+\.test\/: it does not answer\.$/);
  expect(items[3]?.error?.message).toBe("The first services could not be moved, so this one was left where it is.");
  expect([await at(edge.istioUrl), await at(edge.traefikUrl)]).toEqual([ON_ISTIO, ON_TRAEFIK]);
});

test("a service whose certificate the standby has not got stays where it is served, as its preview says; the others move", async () => {
  const lacking = placeOf("traefik", "two");
  await world.kubernetes.mergePatch({ ...KINDS.secret, ...lacking }, { data: { "tls.crt": "bm90aGluZw==" } });
  await lookAtGateways();
  const unreadable = "The Secret kepler-dev/two-tls holds no certificate that can be read.";
  const { moves } = await previewMove(ALL, { id: world.environmentId, to: "ingress" }, db());
  expect(moves.flatMap(({ app, certificates }) => certificates.map((each) => ({ app, ...each })))).toMatchObject([
    { app: apps.other.name, hosts: [secureHostOf("two")], stays: true, error: { message: unreadable } },
  ]);
  const load = visitors();
  const { bulkId } = await moveTo("ingress");
  await work(bulkId);
  const { items } = await getBulkView(bulkId, { id: apps.plain.userId, isAdmin: false }, db());
  expect(items.filter(({ error }) => error).map(({ app, error }) => [app, error?.message])).toEqual([
    [apps.other.name, unreadable],
  ]);
  expect(await secureAt(edge.traefikUrl)).toMatchObject(["one-at-traefik 200", expect.not.stringContaining("200")]);
  expect((await secureAt(edge.istioUrl))[1]).toBe("two-at-istio 200");

  await certify("traefik", "two");
  await work((await moveTo("ingress")).bulkId);
  expect(await secureAt(edge.traefikUrl)).toEqual(["one-at-traefik 200", "two-at-traefik 200"]);
  await work((await moveTo("home")).bulkId);
  expect((await load.stop()).failed).toEqual([]);
});

test("services that cannot even be tried, three on their way out, do not keep the others at a gateway that has failed", async () => {
  const { moves } = await previewMove(ALL, { id: world.environmentId, to: "ingress" }, db());
  const where = { id: { in: moves.slice(0, 3).map(({ appId }) => appId) } };
  await db().app.updateMany({ where, data: { retiringAt: new Date() } });
  const { bulkId } = await moveTo("ingress");
  await work(bulkId);
  await db().app.updateMany({ where, data: { retiringAt: null } });
  const { items } = await getBulkView(bulkId, { id: apps.plain.userId, isAdmin: false }, db());
  expect(items.map(({ release }) => release?.state ?? null)).toEqual([null, null, null, "done"]);
  for (const { error } of items.slice(0, 3)) expect(error?.message).toMatch(/retir/);
  await work((await moveTo("home")).bulkId);
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
