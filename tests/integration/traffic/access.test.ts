import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { type SpecAccess, type SpecCallers } from "#lib/apps/spec/access-schema";
import { type AppSettings } from "#lib/apps/spec-schema";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { exposedApps } from "#lib/releases/gateway/exposed";
import { movesTo } from "#lib/releases/gateway/standing-rules";
import { previewRelease } from "#lib/releases/preview/preview-release";
import { type Edge } from "#tests/world/sandbox";
import { waitFor } from "#tests/world/wait-for";
import { killedEverywhere } from "../releases/killed-everywhere.ts";
import { ReleaseWorld, SETTINGS } from "../releases/release-world.ts";
import { visit } from "./visit.ts";

/** Answers, or says what somebody else answered: a status, or "cut" (the sandbox maps words that begin with a slash). */
const SERVER = [
  "node",
  "-e",
  `require("http").createServer((q, s) => {
    const [, host] = q.url.split("call-");
    if (!host) return s.end("ok");
    const asked = require("http").get({ host, port: 8080 }, (r) => { r.resume(); s.end(String(r.statusCode)); });
    asked.on("error", () => s.end("cut"));
  }).listen(8080)`,
];

type App = Awaited<ReturnType<ReleaseWorld["createApp"]>>;
let world: ReleaseWorld;
let edge: Edge;
/** Who calls "shop": two of the mesh, and one outside of it. */
let callers: Record<"pay" | "ship" | "plain", App>;
let shop: App;

beforeAll(async () => {
  world = await ReleaseWorld.start("prometheus");
  if (!world.world.edge) throw new Error("needs the sandbox's gateways");
  edge = world.world.edge;
  const running = async (change: (name: string) => Partial<AppSettings>) => {
    const app = await world.createApp();
    const build = await world.createBuild(app, SERVER);
    const settings = { ...SETTINGS, replicas: 1, ...change(app.name) };
    expect(await world.drive(await world.request(app, { buildId: build.id, settings }))).toMatchObject({
      state: "done",
    });
    return app;
  };
  const meshed = () => running(() => ({ meshMode: "mesh" }));
  const [pay, ship, plain, called] = await Promise.all([
    ...[meshed(), meshed(), running(() => ({}))],
    running((name) => exposed(name, "ingress")),
  ]);
  if (!pay || !ship || !plain || !called) throw new Error("not all run");
  callers = { pay, ship, plain };
  shop = called;
}, 120_000);
afterAll(() => world.stop());

const exposed = (name: string, gatewayClass: "ingress" | "istio"): Partial<AppSettings> => ({
  meshMode: "mesh",
  exposure: { gatewayClass, routes: [{ host: `${name}.test`, path: "/", pathType: "prefix", port: 8080 }] },
});
const settings = (gatewayClass: "ingress" | "istio", access?: SpecAccess): AppSettings => ({
  ...{ ...SETTINGS, replicas: 1, ...exposed(shop.name, gatewayClass) },
  ...(access && { access }),
});
const only = (named: Partial<SpecCallers>): SpecAccess => ({
  callers: { services: [], gateway: true, namespaces: [], ...named },
  mtls: "permissive",
});
/** The worker dies at every point of it. */
const release = async (wanted: AppSettings) => {
  const id = await world.request(shop, { kind: "configure", settings: wanted });
  await killedEverywhere(world, id, ({ state }) => state === "done");
};

/** What each caller gets of the shop, and who comes through the gateway that has the route. */
async function answers() {
  const service = await world.live(KINDS.service, shop.name);
  const { clusterIP } = z.object({ clusterIP: z.string() }).parse(service?.spec);
  const ask = async ({ id }: App) => {
    const { items } = await world.kubernetes.list(KINDS.pod, "kepler-dev", { labelSelector: `kepler.dev/app=${id}` });
    const [pod] = items.filter(({ metadata }) => !metadata.deletionTimestamp);
    const { podIP } = z.object({ podIP: z.string() }).parse(pod?.status);
    return (await visit(`http://${podIP}:8080`, "x", `/call-${clusterIP}`)).text;
  };
  const [pay, ship, plain] = await Promise.all([ask(callers.pay), ask(callers.ship), ask(callers.plain)]);
  return { pay, ship, plain, visitor: (await visit(edge.url, `${shop.name}.test`, "/")).status };
}

/** Statuses other than 200 that a visitor met meanwhile. */
async function refusedWhile(work: () => Promise<void>): Promise<number[]> {
  let working = true;
  const visitor = (async () => {
    const seen: number[] = [];
    while (working) seen.push((await visit(edge.url, `${shop.name}.test`, "/")).status);
    return seen;
  })();
  await work().finally(() => (working = false));
  const seen = await visitor;
  expect(seen).not.toEqual([]);
  return seen.filter((status) => status !== 200);
}

const preview = (wanted: AppSettings) =>
  previewRelease(
    shop.id,
    {
      ...{ environmentId: world.environmentId, kind: "configure", buildId: null, restoresNumber: null },
      settings: wanted,
    },
    { signal: AbortSignal.timeout(30_000) },
    {
      ...{ db: world.database.db, kubernetes: () => world.kubernetes, now: () => new Date() },
      prometheus: world.deps.clients.prometheus,
    },
  );
const warnings = async (wanted: AppSettings) => (await preview(wanted)).warnings.map(({ message }) => message);

test("who may call is known before, kept by the mesh after, and changes without a visitor refused", async () => {
  const { pay, ship } = callers;
  expect(await answers()).toEqual({ pay: "200", ship: "200", plain: "200", visitor: 200 });

  const known = settings("istio", only({ services: [pay.name, "pya"] }));
  await waitFor("the calls to be counted", async () => {
    await answers();
    return (await warnings(known)).length === 3;
  });
  expect(await warnings(known)).toEqual([
    "No service has these names: pya. Nobody is let in by them.",
    `These called it in the last hour and would be refused: ${ship.name}.`,
    "Callers without a sidecar called it in the last hour and would be refused: nobody can tell who they are.",
  ]);
  const named = settings("istio", only({ services: [pay.name] }));
  expect((await preview(named)).changes.map(({ field, after }) => [field, after])).toEqual(
    expect.arrayContaining([
      ["caller", `${pay.name} (service)`],
      ["caller", "gateway (istio)"],
    ]),
  );

  // Its route leaves the Ingress, which has no identity, in the same release that asks for one.
  expect(await refusedWhile(() => release(named))).toEqual([]);
  expect(await answers()).toEqual({ pay: "200", ship: "403", plain: "403", visitor: 200 });
  const exposedNow = await exposedApps(world.database.db, world.environmentId, null);
  expect(movesTo("ingress", exposedNow).stay.map(({ app }) => app)).toEqual([shop.name]);

  expect(await refusedWhile(() => release(settings("istio", only({ services: [ship.name] }))))).toEqual([]);
  expect(await answers()).toEqual({ pay: "403", ship: "200", plain: "403", visitor: 200 });
  const { items } = await world.kubernetes.list(KINDS.authorizationPolicy, "kepler-dev");
  expect(items).toHaveLength(1);

  await release(settings("istio", only({ namespaces: ["kepler-dev"] })));
  expect(await answers()).toEqual({ pay: "200", ship: "200", plain: "403", visitor: 200 });

  const strict: SpecAccess = { callers: null, mtls: "strict" };
  expect(await warnings(settings("istio", strict))).toEqual([
    "Callers without a sidecar called it in the last hour; their connections would be cut.",
  ]);
  expect(await refusedWhile(() => release(settings("istio", strict)))).toEqual([]);
  expect(await answers()).toEqual({ pay: "200", ship: "200", plain: "cut", visitor: 200 });

  expect(await refusedWhile(() => release(settings("ingress")))).toEqual([]);
  expect(await answers()).toEqual({ pay: "200", ship: "200", plain: "200", visitor: 200 });
  for (const kind of [KINDS.authorizationPolicy, KINDS.peerAuthentication])
    expect((await world.kubernetes.list(kind, "kepler-dev")).items).toEqual([]);
}, 120_000);

test("limits that would shut out the gateway, cannot tell a caller apart or have no effect are refused", async () => {
  const asked = (gatewayClass: "ingress" | "istio", access: SpecAccess) =>
    world.request(shop, { kind: "configure", settings: settings(gatewayClass, access) });
  await expect(asked("ingress", only({}))).rejects.toMatchObject({
    ...{ code: "invalid", fields: [{ path: "settings.access", message: "access.ingress" }] },
  });

  const plain = { ...settings("istio", only({})), meshMode: "normal" as const };
  await expect(world.request(shop, { kind: "configure", settings: plain })).rejects.toMatchObject({
    ...{ code: "invalid", fields: [{ path: "settings.access", message: "access.not-in-mesh" }] },
  });

  const guest = await world.createApp();
  const image = { repository: "r/guest", digest: `sha256:${"a".repeat(64)}` };
  const imported = (serviceAccount: string | null) => ({
    ...{ ...SETTINGS, image },
    adopted: { selector: [{ name: "app", value: "guest" }], container: "guest", serviceAccount, leaves: [] },
  });
  const place = { appId: guest.id, environmentId: world.environmentId, imageDigest: image.digest } as const;
  const { id } = await world.database.db.release.create({
    data: { ...place, number: 1, kind: "import", state: "done", idempotencyKey: "guest", spec: imported(null) },
  });
  const named = only({ services: [callers.pay.name, guest.name] });
  await expect(asked("istio", named)).rejects.toMatchObject({
    ...{ code: "invalid", fields: [{ path: "settings.access.callers.services.1", message: "access.shared-account" }] },
  });
  await world.database.db.release.update({ where: { id }, data: { spec: imported(guest.name) } });
  await expect(preview(settings("istio", named))).resolves.toMatchObject({ blockers: [] });
});
