import { afterAll, beforeAll, expect, test } from "vitest";
import { externalHost } from "#lib/apps/spec/egress-schema";
import { NO_TRAFFIC_RULES } from "#lib/apps/spec/traffic-schema";
import { appSettings, DEFAULT_SCALE_DOWN, DEFAULT_SCALE_UP } from "#lib/apps/spec-schema";
import { type KindRef } from "#lib/clients/kubernetes/client";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { getUsage } from "#lib/clusters/get-usage";
import { APP_LABEL, MANAGED_BY } from "#lib/clusters/label-rules";
import { getDiagnosis } from "#lib/diagnosis/get-diagnosis";
import { readLogToEnd } from "#lib/logs/read-pod";
import { createLogger } from "#lib/platform/logger";
import { checkGateways } from "#lib/releases/gateway/check-gateways";
import { deletePod, requestPodDeletion, requestPodEviction } from "#lib/releases/pods/delete-pod";
import { previewRelease } from "#lib/releases/preview/preview-release";
import { askedBeyondRole, grantedBeyondNeed } from "#tests/world/cluster-role";
import { waitFor } from "#tests/world/wait-for";
import { watchCluster } from "#worker/clusters/watch-cluster";
import { configOn, DB, SHOWING, using, WEB } from "../config/config-world.ts";
import { SETTINGS } from "../releases/release-world.ts";
import { NOTHING_KEPT, type Running, startRetireWorld } from "./retire-world.ts";

const namespace = "kepler-dev";
let world: Awaited<ReturnType<typeof startRetireWorld>>;
beforeAll(async () => {
  world = await startRetireWorld();
  // Releases go through the proxy too: all that is asked of the cluster is seen.
  Object.assign(world.ground.deps.clients, { kubernetes: world.world.kubernetes });
});
afterAll(() => world?.stop());

const call = () => ({ signal: AbortSignal.timeout(60_000) });

/** One of each kind of object that a service may be made of. */
async function everything(): Promise<Running> {
  const app = await world.provisioned({
    replicas: 2,
    autoscaling: {
      ...{ minReplicas: 2, maxReplicas: 3, cpuPercent: 80, memoryPercent: null },
      ...{ scaleUp: DEFAULT_SCALE_UP, scaleDown: DEFAULT_SCALE_DOWN },
    },
    config: using(1, 1),
    exposure: {
      gatewayClass: "ingress",
      routes: [{ host: "web.test", path: "/", pathType: "prefix", port: 8080, traffic: LIMITED }],
    },
  });
  const on = configOn(world.ground);
  await on.save(app, WEB, 0, { LEVEL: "info", motd: "Good morning" });
  await on.save(app, DB, 0, { password: "correct-horse-battery-staple" });
  const build = await world.ground.createBuild(app, SHOWING);
  await on.release(app, { buildId: build.id });
  return app;
}

const LIMITED = { ...NO_TRAFFIC_RULES, rateLimit: { requests: 100, per: "second" as const, burst: 200 } };
const OUTSIDE = externalHost.parse({ name: "api.bank.example", ports: [{ port: 443, protocol: "tls" }] });
/** The other kinds of workload and of gateway, and pods with claims of their own. */
const stateful = (): Promise<Running> =>
  world.running({
    workload: { kind: "statefulset", podManagement: "ordered" },
    volumes: [{ type: "template", name: "data", mountPath: "/data", sizeBytes: 1024 ** 3, storageClass: null }],
    meshMode: "mesh",
    exposure: {
      gatewayClass: "istio",
      routes: [{ host: "shop.test", path: "/", pathType: "prefix", port: 8080, traffic: LIMITED }],
    },
    trafficPolicy: { loadBalancing: { by: "random" }, connectionPool: null, outlierDetection: null },
    access: { callers: { services: [], gateway: true, namespaces: [] }, mtls: "strict" },
    egress: { reach: "declared", hosts: [OUTSIDE] },
  });

const template = { spec: { restartPolicy: "Never", containers: [{ name: "none", image: "127.0.0.1:1/none:1" }] } };
/** Of what no release makes; somebody gave it the labels of a service. */
const ORPHANS: [KindRef, Record<string, unknown>][] = [
  [KINDS.job, { spec: { suspend: true, template } }],
  [KINDS.cronJob, { spec: { schedule: "0 0 1 1 *", jobTemplate: { spec: { template } } } }],
  [
    KINDS.replicaSet,
    {
      spec: {
        replicas: 0,
        selector: { matchLabels: { a: "orphan" } },
        template: { metadata: { labels: { a: "orphan" } }, spec: { containers: template.spec.containers } },
      },
    },
  ],
  [KINDS.endpointSlice, { addressType: "IPv4", endpoints: [] }],
  [KINDS.resourceQuota, { spec: { hard: { "count/cronjobs.batch": "1000" } } }],
  [KINDS.limitRange, { spec: { limits: [] } }],
  [KINDS.destinationRule, { spec: { host: "nowhere.test" } }],
];

/** What people and the diagnosis ask of running pods. */
async function lookInside(app: Running): Promise<void> {
  const { deps, environmentId } = world.ground;
  const { db } = world;
  const kubernetes = deps.clients.kubernetes({ id: "", context: "" });
  await configOn(world.ground).observePods();
  const [first, second] = await db.observedPod.findMany({ where: { appId: app.id } });
  if (!first || !second) throw new Error("the service has no two pods");
  await getUsage(app, "dev", call(), { db, kubernetes: () => kubernetes });
  const systems = { registry: null, prometheus: null };
  await getDiagnosis(app.id, "dev", call(), { db, kubernetes: () => kubernetes, now: deps.now, ...systems });
  const pod = { kubernetes, namespace, name: first.name, container: app.name };
  await readLogToEnd(pod, { position: null, start: {} }, { previous: false, ...call() }).next();
  await requestPodDeletion(app.id, app.userId, { environmentId, uid: first.uid }, deps);
  await deletePod(deps, `${first.clusterId}/${first.uid}`, call());
  const evicting = { ...deps, kubernetes: () => kubernetes };
  await waitFor("its budget to let one more go", () =>
    requestPodEviction(app.id, app.userId, { environmentId, uid: second.uid }, call(), evicting).catch(() => undefined),
  );
  await deletePod(deps, `${second.clusterId}/${second.uid}`, call());
}

/** What is asked before a service joins the mesh. */
async function lookIntoMesh(app: Running): Promise<void> {
  const { deps, environmentId } = world.ground;
  const settings = appSettings.parse({ ...SETTINGS, meshMode: "mesh" });
  const intent = { environmentId, kind: "configure" as const, buildId: null, restoresNumber: null, settings };
  await previewRelease(app.id, intent, call(), { ...deps, kubernetes: deps.clients.kubernetes });
}

const UNSEEN = [
  // The proxy passes no WebSocket on; the client's contract with real servers says that a terminal needs both.
  ...["create /pods/exec", "get /pods/exec"],
];

test("the documented role holds every right that a service's life needs, and none beyond", async () => {
  const { deps, kubernetes } = world.ground;
  const ending = new AbortController();
  const cluster = await world.db.cluster.findFirstOrThrow();
  const watching = watchCluster(
    {
      ...{ db: world.db, cluster, namespaces: [namespace], kubernetes: deps.clients.kubernetes(cluster) },
      ...{ now: deps.now, random: Math.random, log: createLogger("silent"), onChanged: async () => undefined },
    },
    ending.signal,
  );
  const [app, other] = await Promise.all([everything(), stateful()]);
  await lookInside(app);
  await lookIntoMesh(app);
  const { id } = await world.db.environment.findUniqueOrThrow({ where: { name: "dev" } });
  await checkGateways(deps, { id, cluster }, call());
  for (const [{ apiVersion, kind }, content] of ORPHANS) {
    const metadata = { name: `lost-${app.name}`, namespace, labels: { ...MANAGED_BY, [APP_LABEL]: app.id } };
    await kubernetes.apply({ apiVersion, kind, metadata, ...content });
  }
  for (const gone of [app, other])
    expect(await world.driveTo(await world.confirm(gone, NOTHING_KEPT))).toMatchObject({ state: "done" });
  ending.abort();
  await watching;
  expect(askedBeyondRole(world.proxies.kubernetes.seen)).toEqual([]);
  expect(grantedBeyondNeed(world.proxies.kubernetes.seen).filter((right) => !UNSEEN.includes(right))).toEqual([]);
});
