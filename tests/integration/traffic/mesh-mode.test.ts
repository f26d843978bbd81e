import { randomUUID } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { PLAIN_SIDECAR } from "#lib/apps/spec/sidecar-schema";
import { type AppSettings, RESOURCE_PRESETS } from "#lib/apps/spec-schema";
import { createKubernetes } from "#lib/clients/kubernetes/create-kubernetes";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { listEnvironments } from "#lib/clusters/queries";
import { recordMesh } from "#lib/clusters/record-mesh";
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
import { type ReleaseWorld, SETTINGS } from "../releases/release-world.ts";
import { ECHO, exposed, TrafficGround } from "./traffic-ground.ts";
import { visit } from "./visit.ts";

let ground: TrafficGround;
let world: ReleaseWorld;
let edge: Edge;
beforeAll(async () => {
  ground = await TrafficGround.start();
  ({ world, edge } = ground);
});
afterAll(() => world.stop());

test("mesh mode gives every pod a proxy, and normal mode takes it away again; both are reached the same way", async () => {
  const app = await ground.running((name) => exposed(name, "istio"));
  const proxies = async () => (await ground.podsOf(app.id)).map((pod) => pod.meshProxy);
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
    (await ground.podsOf(app.id)).map((pod) => pod.meshProxy),
    "nothing was made",
  ).toEqual([null, null]);

  await ground.change(app, meshed);
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
  await ground.change(app, { ...exposed(app.name, "istio"), sidecar });
  expect(await proxies()).toEqual([null, null]);
  expect((await visit(edge.istioUrl, `${app.name}.test`, "/out")).text).toBe("/out");
});

test("a namespace that is kept out of the mesh is told before anything changes", async () => {
  const app = await ground.running(() => SETTINGS);
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
  expect((await ground.podsOf(app.id)).map((pod) => pod.meshProxy)).toEqual([null, null]);
});

test("the switch into the mesh is stopped by an injector that does not answer, and by a quota without room for proxies", async () => {
  const app = await ground.running(() => SETTINGS);
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
