import { randomUUID } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { PLAIN_SIDECAR } from "#lib/apps/spec/sidecar-schema";
import { type AppSettings, RESOURCE_PRESETS } from "#lib/apps/spec-schema";
import { createKubernetes } from "#lib/clients/kubernetes/create-kubernetes";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { seePod } from "#lib/clusters/pod-rules";
import { listEnvironments } from "#lib/clusters/queries";
import { recordMesh } from "#lib/clusters/record-mesh";
import { abortRelease } from "#lib/releases/abort-release";
import { createBulk } from "#lib/releases/bulk/create-bulk";
import { getBulkView } from "#lib/releases/bulk/queries";
import { workOffBulk } from "#lib/releases/bulk/work-off-bulk";
import { amountOf } from "#lib/releases/gates/pod-needs-rules";
import { readQuota } from "#lib/releases/gates/quota-rules";
import { previewRelease } from "#lib/releases/preview/preview-release";
import { releaseAfterBuild } from "#lib/releases/release-after-build";
import { startClusterProxy } from "#tests/world/faulty-cluster";
import { type Edge } from "#tests/world/sandbox";
import { waitFor } from "#tests/world/wait-for";
import { ReleaseWorld, SETTINGS } from "../releases/release-world.ts";
import { visit } from "./visit.ts";

let world: ReleaseWorld;
let edge: Edge;
beforeAll(async () => {
  world = await ReleaseWorld.start();
  if (!world.world.edge) throw new Error("needs the sandbox's gateways");
  edge = world.world.edge;
});
afterAll(() => world.stop());

/** Says which path was asked for. */
const ECHO = ["node", "-e", `require("http").createServer((q,s)=>s.end(q.url)).listen(8080)`];
const HOST = ["node", "-e", `require("http").createServer((q,s)=>s.end("any "+q.headers.host)).listen(8080)`];

const exposed = (name: string, gatewayClass: "ingress" | "istio", path = "/"): AppSettings => ({
  ...SETTINGS,
  exposure: { gatewayClass, routes: [{ host: `${name}.test`, path, pathType: "prefix", port: 8080 }] },
});

async function running(settings: (name: string) => AppSettings, program = ECHO) {
  const app = await world.createApp();
  const build = await world.createBuild(app, program);
  const view = await world.drive(await world.request(app, { buildId: build.id, settings: settings(app.name) }));
  expect(view.state).toBe("done");
  return app;
}
const change = async (app: { id: string; name: string; userId: string }, settings: AppSettings) => {
  const view = await world.drive(await world.request(app, { kind: "configure", settings }));
  expect(view.state).toBe("done");
};
const podsOf = async (appId: string) => {
  const { items } = await world.kubernetes.list(KINDS.pod, "kepler-dev", { labelSelector: `kepler.dev/app=${appId}` });
  return items.map(seePod).filter((pod) => pod !== null && !pod.terminating);
};

test("a route means the same on both gateways, and moves between them without a request lost or a pod restarted", async () => {
  const app = await running((name) => exposed(name, "ingress", "/api"));
  const host = `${app.name}.test`;
  const answers = async (base: string) => {
    const visits = ["/api", "/api/x", "/apis", "/"].map((path) => visit(base, host, path));
    return (await Promise.all(visits)).map(({ status, text }) => (status === 200 ? text : status));
  };
  expect(await answers(edge.traefikUrl)).toEqual(["/api", "/api/x", 404, 404]);
  const pods = (await podsOf(app.id)).map((pod) => pod?.name).sort();

  let moving = true;
  const visitor = (async () => {
    const seen: number[] = [];
    while (moving) seen.push((await visit(edge.url, host, "/api")).status);
    return seen;
  })();
  await change(app, exposed(app.name, "istio", "/api"));
  expect(await answers(edge.istioUrl)).toEqual(["/api", "/api/x", 404, 404]);
  expect(await answers(edge.traefikUrl)).toEqual([404, 404, 404, 404]);
  await change(app, exposed(app.name, "ingress", "/api"));
  moving = false;
  const seen = await visitor;
  expect(seen.length).toBeGreaterThan(5);
  expect(seen.filter((status) => status !== 200)).toEqual([]);

  expect(await answers(edge.traefikUrl)).toEqual(["/api", "/api/x", 404, 404]);
  expect(await world.live(KINDS.virtualService, app.name)).toBeNull();
  expect(await world.live(KINDS.gateway, app.name)).toBeNull();
  expect((await podsOf(app.id)).map((pod) => pod?.name).sort()).toEqual(pods);

  await change(app, SETTINGS);
  expect(await answers(edge.traefikUrl)).toEqual([404, 404, 404, 404]);
});

test("a wildcard is every host one label below it that has no route of its own, at both gateways alike; one service has it", async () => {
  const wild = await running((name) => exposed(`*.${name}`, "ingress"), HOST);
  const zone = `${wild.name}.test`;
  const one = await running(() => exposed(`one.${wild.name}`, "ingress"));
  const answers = async (base: string) => {
    const visits = [`x.${zone}`, `one.${zone}`, `a.b.${zone}`, zone].map((host) => visit(base, host));
    return (await Promise.all(visits)).map(({ status, text }) => (status === 200 ? text : status));
  };
  const wanted = [`any x.${zone}`, "/", 404, 404];
  expect(await answers(edge.traefikUrl)).toEqual(wanted);
  const other = await world.createApp();
  const asked = {
    buildId: (await world.createBuild(other, ECHO)).id,
    settings: exposed(`*.${wild.name}`, "ingress", "/api"),
  };
  await expect(world.request(other, asked)).rejects.toMatchObject({
    message: `The host *.${zone} belongs to ${wild.name} in dev: a wildcard has one service.`,
  });

  let moving = true;
  const visitor = (async () => {
    const seen: string[] = [];
    while (moving) seen.push((await visit(edge.url, `x.${zone}`)).text, (await visit(edge.url, `one.${zone}`)).text);
    return seen;
  })();
  await change(wild, exposed(`*.${wild.name}`, "istio"));
  await change(one, exposed(`one.${wild.name}`, "istio"));
  expect(await answers(edge.istioUrl)).toEqual(wanted);
  await change(one, exposed(`one.${wild.name}`, "ingress"));
  await change(wild, exposed(`*.${wild.name}`, "ingress"));
  moving = false;
  const seen = await visitor;
  expect(seen.length).toBeGreaterThan(5);
  expect([...new Set(seen)].sort()).toEqual(["/", `any x.${zone}`]);
  expect(await answers(edge.traefikUrl)).toEqual(wanted);
});

test("mesh mode gives every pod a proxy, and normal mode takes it away again; both are reached the same way", async () => {
  const app = await running((name) => exposed(name, "istio"));
  const proxies = async () => (await podsOf(app.id)).map((pod) => pod?.meshProxy ?? null);
  expect(await proxies()).toEqual([null, null]);

  const sidecar = {
    ...PLAIN_SIDECAR,
    ...{ holdApplication: true, excludeOutboundPorts: [5432], excludeOutboundRanges: ["10.8.0.0/16"] },
    resources: { ...RESOURCE_PRESETS.small, cpuRequestMillis: 70 },
  };
  const meshed: AppSettings = { ...exposed(app.name, "istio"), meshMode: "mesh", sidecar };
  const intent = {
    environmentId: world.environmentId,
    kind: "configure" as const,
    buildId: null,
    restoresNumber: null,
  };
  const preview = await previewRelease(
    app.id,
    { ...intent, settings: meshed },
    { signal: AbortSignal.timeout(30_000) },
    { db: world.database.db, kubernetes: () => world.kubernetes, now: () => new Date() },
  );
  expect(preview.blockers).toEqual([]);
  expect(preview.changes.map(({ field }) => field)).toEqual([
    ...["meshMode", "sidecar.cpuRequest", "sidecar.cpuLimit", "sidecar.memoryRequest", "sidecar.memoryLimit"],
    ...["sidecar.holdApplication", "sidecar.excludeOutboundPorts", "sidecar.excludeOutboundRanges"],
  ]);
  expect(preview.effect.podsToRestart).toBe(2);
  const tried = { revision: "default", isNative: true, cpuRequest: "70m", memoryRequest: "128Mi" };
  // The sandbox's kubelet asks programs itself.
  expect(preview.mesh).toEqual({
    proxy: { ...tried, version: expect.stringMatching(/^\d+\./), probesRewritten: false },
  });
  expect(
    (await podsOf(app.id)).map((pod) => pod?.meshProxy),
    "nothing was made",
  ).toEqual([null, null]);

  await change(app, meshed);
  for (const version of await proxies()) expect(version).toMatch(/^\d+\.\d+/);
  expect((await visit(edge.istioUrl, `${app.name}.test`, "/in")).text).toBe("/in");
  const { items } = await world.kubernetes.list(KINDS.pod, "kepler-dev", { labelSelector: `kepler.dev/app=${app.id}` });
  const newest = items.filter(({ metadata }) => !metadata.deletionTimestamp);
  expect(newest).toHaveLength(2);
  for (const pod of newest) {
    expect(pod.spec).toMatchObject({
      initContainers: [
        {
          name: "istio-proxy",
          resources: { requests: { cpu: "70m", memory: "128Mi" }, limits: { cpu: "250m", memory: "256Mi" } },
        },
      ],
    });
    expect(pod.metadata.annotations).toMatchObject({
      "proxy.istio.io/config": '{"holdApplicationUntilProxyStarts":true}',
      "traffic.sidecar.istio.io/excludeOutboundPorts": "5432",
      "traffic.sidecar.istio.io/excludeOutboundIPRanges": "10.8.0.0/16",
    });
  }

  // They rest in normal mode, and are there again with the next switch.
  await change(app, { ...exposed(app.name, "istio"), sidecar });
  expect(await proxies()).toEqual([null, null]);
  expect((await visit(edge.istioUrl, `${app.name}.test`, "/out")).text).toBe("/out");
});

test("a namespace that is kept out of the mesh is told before anything changes", async () => {
  const app = await running(() => SETTINGS);
  const label = (value: string | null) =>
    world.kubernetes.mergePatch(
      { ...KINDS.namespace, name: "kepler-dev" },
      { metadata: { labels: { "istio-injection": value } } },
    );
  await label("disabled");
  const failed = await world.drive(
    await world.request(app, { kind: "configure", settings: { ...SETTINGS, meshMode: "mesh" } }),
  );
  await label(null);
  expect(failed.state).toBe("failed");
  expect(failed.error?.message).toBe("The namespace kepler-dev is kept out of the mesh (istio-injection=disabled).");
  expect((await podsOf(app.id)).map((pod) => pod?.meshProxy)).toEqual([null, null]);
});

test("the switch into the mesh is stopped by an injector that does not answer, and by a quota without room for proxies", async () => {
  const app = await running(() => SETTINGS);
  const signal = AbortSignal.timeout(60_000);
  const asked = (meshMode: "normal" | "mesh", kubernetes = world.kubernetes) => {
    const restoresNumber = null;
    const intent = { environmentId: world.environmentId, kind: "configure" as const, buildId: null, restoresNumber };
    const settings = { ...SETTINGS, meshMode, replicas: 2, restartedAt: new Date(0).toISOString() };
    const deps = { db: world.database.db, kubernetes: () => kubernetes, now: () => new Date() };
    return previewRelease(app.id, { ...intent, settings }, { signal }, deps);
  };

  const kubeconfig = `${mkdtempSync(join(tmpdir(), "kepler-"))}/kubeconfig`;
  const proxy = await startClusterProxy(world.world.kubernetes.kubeconfig, kubeconfig);
  const behind = createKubernetes({ kubeconfig, fieldManager: "kepler" });
  const webhook = "namespace.sidecar-injector.istio.io";
  const message = `Internal error occurred: failed calling webhook "${webhook}": failed to call webhook: connection refused`;
  const body = JSON.stringify({ kind: "Status", apiVersion: "v1", status: "Failure", code: 500, message });
  const headers = { "content-type": "application/json" };
  proxy.trouble({ method: "PATCH", path: /\/pods\/.*dryRun/, fault: { status: 500, headers, body } });
  const silent = await asked("mesh", behind);
  const said = `The cluster asks the webhook ${webhook} first, and that does not answer: failed to call webhook: connection refused`;
  expect(silent.blockers.map(({ gate, message: why }) => [gate, why])).toEqual([["mesh", said]]);

  // Nobody saw a preview of what follows a build, nor has a bulk change to wait for what an operator must mend.
  const { db } = world.database;
  const { environmentId } = world;
  const away = { ...world.deps, clients: { ...world.deps.clients, kubernetes: () => behind } };
  const first = await world.createApp({ meshMode: "mesh" });
  const build = await world.createBuild(first, ECHO, "create");
  await db.$transaction((tx) => releaseAfterBuild(tx, build, world.deps));
  const { id } = await db.release.findFirstOrThrow({ where: { appId: first.id } });
  const stopped = await world.drive(id, () => false, away);
  expect([stopped.state, stopped.error]).toMatchObject(["failed", { code: "conflict", message: said }]);
  expect(await world.live(KINDS.deployment, first.name)).toBeNull();

  const actor = { id: app.userId, isAdmin: true, memberships: [] };
  const key = randomUUID();
  const joins = { environmentId, kind: "configure" as const, meshMode: "mesh" as const, appIds: [app.id] };
  const { bulkId } = await createBulk(
    actor,
    { ...joins, replicas: null, reason: null, idempotencyKey: key },
    world.deps,
  );
  expect(await workOffBulk(away, bulkId, { signal })).toBe("done");
  const { items } = await getBulkView(bulkId, actor, db);
  expect(items).toMatchObject([{ release: null, error: { message: said } }]);
  behind.close();
  await proxy.stop();

  const quota = { ...KINDS.resourceQuota, namespace: "kepler-dev", name: "room" };
  const { namespace, name, apiVersion, kind } = quota;
  await world.kubernetes.apply({
    apiVersion,
    kind,
    metadata: { namespace, name },
    spec: { hard: { "requests.cpu": "100" } },
  });
  const used = await waitFor("the quota to be counted", async () => {
    const seen = await world.kubernetes.get(quota);
    return readQuota(seen)[0]?.used["requests.cpu"];
  });
  // As much as one more pod, for the surge, and a little that no proxy fits into.
  const room = (amountOf(used) ?? 0) + SETTINGS.resources.cpuRequestMillis / 1000 + 0.005;
  const hard = { "requests.cpu": `${Math.round(room * 1000)}m` };
  await world.kubernetes.apply({ apiVersion, kind, metadata: { namespace, name }, spec: { hard } });
  const [plain, meshed] = [await asked("normal"), await asked("mesh")];
  await world.kubernetes.delete(quota);
  expect(plain.blockers).toEqual([]);
  expect(meshed.blockers.map(({ gate }) => gate)).toEqual(["quota"]);
});

test("a route that belongs to another service is refused in preview and release, also when both ask at the same moment", async () => {
  const [one, other] = await Promise.all([world.createApp(), world.createApp()]);
  const host = `${one.name}-shared`;
  const builds = { [one.id]: await world.createBuild(one, ECHO), [other.id]: await world.createBuild(other, ECHO) };
  const wish = (app: typeof one, gateway: "ingress" | "istio", path = "/") => ({
    ...{ buildId: builds[app.id]?.id ?? null, settings: exposed(host, gateway, path) },
  });
  const race = await Promise.allSettled([
    world.request(one, wish(one, "ingress")),
    world.request(other, wish(other, "ingress")),
  ]);
  const lost = race.findIndex(({ status }) => status === "rejected");
  expect(race.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  const [winner, loser] = lost === 0 ? [other, one] : [one, other];
  expect(race[lost]).toMatchObject({
    reason: { code: "conflict", message: `The route ${host}.test/ belongs to ${winner.name} in dev.` },
  });

  const { db } = world.database;
  const preview = await previewRelease(
    loser.id,
    { environmentId: world.environmentId, kind: "deploy", restoresNumber: null, ...wish(loser, "ingress") },
    { signal: AbortSignal.timeout(30_000) },
    { db, kubernetes: () => world.kubernetes, now: () => new Date() },
  );
  expect(preview.blockers).toMatchObject([
    { gate: "route-taken", fields: [{ path: "settings.exposure.routes.0.host" }] },
  ]);

  // At an Ingress two services may share a host, at Istio's gateway they may not.
  await world.request(loser, wish(loser, "ingress", "/api"));
  await world.request(winner, wish(winner, "istio"));
  await expect(world.request(loser, wish(loser, "istio", "/api"))).rejects.toMatchObject({
    message: `The host ${host}.test belongs to ${winner.name} in dev: at Istio's gateway a host has one service.`,
  });
});

test("a route is its service's for as long as the cluster may have it: while it is being given up, and after a release that did not get to its end", async () => {
  const [giver, unfinished, taker] = await Promise.all([
    running((name) => exposed(name, "ingress")),
    world.createApp(),
    world.createApp(),
  ]);
  const { id: buildId } = await world.createBuild(taker, ECHO);
  const take = (host: string) => world.request(taker, { buildId, settings: exposed(host, "ingress") });
  const belongsTo = ({ name }: { name: string }) => ({ message: `The route ${name}.test/ belongs to ${name} in dev.` });

  // Until it is done, its failure brings the route back.
  const given = await world.request(giver, { kind: "configure", settings: SETTINGS });
  await expect(take(giver.name)).rejects.toMatchObject(belongsTo(giver));
  expect((await world.drive(given)).state).toBe("done");
  await take(giver.name);

  const build = await world.createBuild(unfinished, ECHO);
  const settings = exposed(unfinished.name, "ingress");
  const begun = await world.request(unfinished, { buildId: build.id, settings });
  await world.drive(begun, ({ state }) => state === "rolling_out");
  await abortRelease(begun, world.deps);
  expect((await world.drive(begun)).state).toBe("aborted");
  expect(await world.live(KINDS.ingress, unfinished.name), "its route stands there").not.toBeNull();
  await expect(take(unfinished.name)).rejects.toMatchObject(belongsTo(unfinished));
});

test("what the cluster can do is known to the console", async () => {
  const cluster = await world.database.db.cluster.findFirstOrThrow({ select: { id: true } });
  expect((await listEnvironments(world.database.db)).map(({ meshAvailable }) => meshAvailable)).toEqual([
    null,
    null,
    null,
  ]);
  await recordMesh(world.database.db, cluster, world.kubernetes, AbortSignal.timeout(10_000));
  expect((await listEnvironments(world.database.db)).map(({ meshAvailable }) => meshAvailable)).toEqual([
    true,
    true,
    true,
  ]);
});

test("a release whose host's domain was taken away after it was planned ends before anything is touched", async () => {
  const { db } = world.database;
  const app = await running((name) => exposed(name, "ingress"));
  const domain = { environmentId: world.environmentId, name: `${app.name}.example` };
  await db.environmentDomain.create({ data: { ...domain, below: false } });
  const routes = [{ host: domain.name, path: "/", pathType: "prefix" as const, port: 8080 }];
  const settings = { ...SETTINGS, exposure: { gatewayClass: "ingress" as const, routes } };
  const planned = await world.request(app, { kind: "configure", settings });
  await db.environmentDomain.deleteMany({ where: domain });
  const view = await world.drive(planned);
  expect(view).toMatchObject({
    state: "failed",
    error: { message: `Outside of the domains of dev (*.dev.localhost, *.test): ${domain.name}.` },
  });
  expect(JSON.stringify(await world.live(KINDS.ingress, app.name))).toContain(`${app.name}.test`);
});
