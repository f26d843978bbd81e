import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Forbidden, type KindRef, type Kubernetes } from "#lib/clients/kubernetes/client";
import { createKubernetes } from "#lib/clients/kubernetes/create-kubernetes";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { bootstrapClusters } from "#lib/clusters/bootstrap-clusters";
import { UNMANAGED_SELECTOR } from "#lib/clusters/label-rules";
import { listPods, listSystems } from "#lib/clusters/queries";
import { createLogger } from "#lib/platform/logger";
import { type FreshDatabase, freshDatabase } from "#tests/world/postgres";
import { startWorld, type World } from "#tests/world/sandbox";
import { waitFor } from "#tests/world/wait-for";
import { watchCluster } from "#worker/clusters/watch-cluster";
import { createAppRow } from "./app-row.ts";

let database: FreshDatabase;
let world: World<"kubernetes">;
let kubernetes: Kubernetes;
let cluster: { id: string };
let app: { id: string; name: string };
const heard: string[] = [];
const log = createLogger("silent");

beforeAll(async () => {
  database = await freshDatabase();
  world = await startWorld(["kubernetes"]);
  const { kubeconfig } = world.kubernetes;
  kubernetes = createKubernetes({ kubeconfig, fieldManager: "kepler" });
  cluster = await bootstrapClusters(database.db, { kubeconfig, context: null, domain: "localhost:1" });
  app = await createAppRow(database.db, `t-${randomUUID().slice(0, 8)}`);
  await kubernetes.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: "kepler-dev" } });
});
afterAll(async () => {
  kubernetes.close();
  await world.stop();
  await database.drop();
});

/** Watches until the test is over, through this client. */
function watching(client: Kubernetes = kubernetes): { stop(): Promise<void> } {
  const ending = new AbortController();
  const onChanged = async (appIds: string[]) => void heard.push(...appIds);
  const deps = {
    db: database.db,
    cluster,
    kubernetes: client,
    namespaces: ["kepler-dev"],
    now: () => new Date(),
    random: () => 0,
    log,
    onChanged,
  };
  const done = watchCluster(deps, ending.signal);
  return {
    stop: async () => {
      ending.abort();
      await done;
    },
  };
}

/** A Pod of the app that no node can take, so that only this test changes it. */
const pod = (name: string) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: {
    name,
    namespace: "kepler-dev",
    labels: { "app.kubernetes.io/managed-by": "kepler", "kepler.dev/app": app.id, "kepler.dev/release": "3" },
  },
  spec: { nodeSelector: { "no-such": "node" }, containers: [{ name: app.name, image: "127.0.0.1:1/none:1" }] },
});
const rows = async () => (await listPods(app.id, "dev", database.db)).rows.map(({ name }) => name).sort();

test("pods that were there before and pods that come later have rows, browsers are told, and rows go with their pods", async () => {
  await kubernetes.apply(pod("before"));
  const watch = watching();
  await waitFor("the listed pod", async () => (await rows()).includes("before"));
  await kubernetes.apply(pod("after"));
  await waitFor("the watched pod", async () => (await rows()).includes("after"));
  const { rows: seen } = await listPods(app.id, "dev", database.db);
  expect(seen[0]).toMatchObject({ releaseNumber: 3, ready: false });
  expect(heard).toContain(app.id);
  const told = await database.db.outboxEvent.count({ where: { kind: "pods", appId: app.id } });
  expect(told).toBeGreaterThan(0);

  await kubernetes.delete({ ...KINDS.pod, namespace: "kepler-dev", name: "before" }, { propagation: "Background" });
  await waitFor("the pod's row to go", async () => !(await rows()).includes("before"));
  await watch.stop();
});

test("workloads of both kinds have their rows, and a list of one kind leaves the other's alone", async () => {
  const labels = { "app.kubernetes.io/managed-by": "kepler", "kepler.dev/app": app.id, "kepler.dev/release": "4" };
  const workload = (kind: string, name: string) => ({
    apiVersion: "apps/v1",
    kind,
    metadata: { name, namespace: "kepler-dev", labels },
    spec: {
      replicas: 0,
      selector: { matchLabels: { app: name } },
      ...(kind === "StatefulSet" ? { serviceName: name } : {}),
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name: "app", image: "127.0.0.1:1/none:1" }] },
      },
    },
  });
  const seen = async () =>
    (await database.db.observedWorkload.findMany({ where: { appId: app.id }, orderBy: { name: "asc" } })).map(
      ({ kind, name }) => `${kind} ${name}`,
    );
  await kubernetes.apply(workload("Deployment", "web"));
  await kubernetes.apply(workload("StatefulSet", "store"));
  const first = watching();
  const toldOf = async (kind: string) => database.db.outboxEvent.count({ where: { kind, appId: app.id } });
  const podsTold = await toldOf("pods");
  await waitFor("both rows", async () => (await seen()).join() === "StatefulSet store,Deployment web");
  await first.stop();
  expect(await toldOf("workloads")).toBeGreaterThan(0);
  expect(await toldOf("pods")).toBe(podsTold);

  await kubernetes.delete({ ...KINDS.deployment, namespace: "kepler-dev", name: "web" });
  const second = watching();
  await waitFor("the Deployment's row to go", async () => (await seen()).join() === "StatefulSet store");
  await kubernetes.delete({ ...KINDS.statefulSet, namespace: "kepler-dev", name: "store" });
  await waitFor("the StatefulSet's row to go", async () => (await seen()).length === 0);
  await second.stop();
});

test("what Postgres cannot hold, written by anybody into an event or a pod, holds up nobody else's news", async () => {
  const watch = watching();
  const event = async (name: string, message: string) =>
    void (await kubernetes.apply({
      apiVersion: "v1",
      kind: "Event",
      metadata: { name, namespace: "kepler-dev" },
      ...{ involvedObject: { kind: "Pod", name: `${app.name}-0`, namespace: "kepler-dev" }, message },
      ...{ reason: "Unhealthy", type: "Warning", lastTimestamp: new Date().toISOString() },
    }));
  // A kubelet hands on what a probe answered, and what a program left as its last words, byte for byte.
  await event("odd", "Readiness probe failed: \0\u0001 \\u0000");
  await kubernetes.apply(pod("odd"));
  const ended = { exitCode: 1, message: "core\0dumped" };
  const status = { phase: "Failed", containerStatuses: [{ name: app.name, state: { terminated: ended } }] };
  await kubernetes.mergePatch(
    { ...KINDS.pod, namespace: "kepler-dev", name: "odd" },
    { status },
    { subresource: "status" },
  );
  await event("usual", "Back-off");
  await kubernetes.apply(pod("usual"));
  const told = () => database.db.observedEvent.findMany({ where: { appId: app.id }, select: { message: true } });
  await waitFor("both events", async () => (await told()).length === 2);
  expect((await told()).map(({ message }) => message).sort()).toEqual([
    "Back-off",
    "Readiness probe failed: \ufffd\u0001 \\u0000",
  ]);
  await waitFor("the usual pod", async () => (await rows()).includes("usual"));
  const { rows: seen } = await listPods(app.id, "dev", database.db);
  expect(seen.find(({ name }) => name === "odd")).toMatchObject({ message: "core\ufffddumped" });
  for (const name of ["odd", "usual"])
    await kubernetes.delete({ ...KINDS.pod, namespace: "kepler-dev", name }, { propagation: "Background" });
  await waitFor("both pods to go", async () => !(await rows()).some((name) => name === "odd" || name === "usual"));
  await watch.stop();
});

test("what happened while nobody watched is put right by the next list", async () => {
  await kubernetes.apply(pod("missed"));
  await kubernetes.delete({ ...KINDS.pod, namespace: "kepler-dev", name: "after" }, { propagation: "Background" });
  await waitFor(
    "the pod to go",
    async () => !(await kubernetes.get({ ...KINDS.pod, namespace: "kepler-dev", name: "after" })),
  );
  const watch = watching();
  await waitFor("rows as the cluster", async () => (await rows()).join() === "missed");
  await watch.stop();
});

test("a pod with Kepler's labels and of no release is kept by the list that names it, also when the other comes later", async () => {
  const { metadata, ...rest } = pod("by-hand");
  const { "kepler.dev/release": _, ...labels } = metadata.labels;
  await kubernetes.apply({ ...rest, metadata: { ...metadata, labels } });
  const listed = Promise.withResolvers<void>();
  const isOther = (kind: KindRef, { labelSelector }: { labelSelector?: string } = {}) =>
    kind.kind === "Pod" && labelSelector === UNMANAGED_SELECTOR;
  const late: Kubernetes = {
    ...kubernetes,
    list: async (kind, namespace, options) => {
      if (isOther(kind, options)) await waitFor("the pod's row", async () => (await rows()).includes("by-hand"));
      return kubernetes.list(kind, namespace, options);
    },
    watch: (kind, namespace, options) => {
      if (isOther(kind, options)) listed.resolve();
      return kubernetes.watch(kind, namespace, options);
    },
  };
  const first = watching(late);
  await listed.promise;
  expect(await rows()).toContain("by-hand");
  await first.stop();

  await kubernetes.delete({ ...KINDS.pod, namespace: "kepler-dev", name: "by-hand" }, { propagation: "Background" });
  const second = watching();
  await waitFor("its row to go", async () => !(await rows()).includes("by-hand"));
  await second.stop();
});

test("a cluster that stops answering is down since then, keeps its rows, and comes up again by itself", async () => {
  let reachable = true;
  const { kubeconfig } = world.kubernetes;
  const real = createKubernetes({ kubeconfig });
  const flaky: Kubernetes = {
    ...real,
    list: (...args) => (reachable ? real.list(...args) : silent.list(...args)),
    watch: (kind, namespace, options) => real.watch(kind, namespace, { ...options, timeoutMs: 1_000 }),
  };
  const silent = createKubernetes({ kubeconfig, fetch: () => Promise.reject(new TypeError("fetch failed")) });
  const standing = async () => (await listSystems(database.db)).find(({ key }) => key === `cluster:${cluster.id}`);
  reachable = false;
  const watch = watching(flaky);
  const down = await waitFor("the outage to be noted", async () => {
    const now = await standing();
    return now?.state === "down" ? now : null;
  });
  expect(down.reason).toBeTruthy();
  expect(await rows()).toEqual(["missed"]);
  reachable = true;
  await waitFor("the recovery to be noted", async () => (await standing())?.state === "up");
  await watch.stop();
  real.close();
});

test("a cluster that shows nothing, and does not say either what it allows, is down with its refusal as the reason", async () => {
  const refuse = () => Promise.reject(new Forbidden("The account was taken away.", { system: "kubernetes" }));
  let asked = 0;
  const strict: Kubernetes = {
    ...kubernetes,
    list: refuse,
    // It was allowed to ask when the watch began: once for each kind of object.
    canI: (...question) => (++asked > 3 ? refuse() : kubernetes.canI(...question)),
  };
  const watch = watching(strict);
  await waitFor("the refusal to be noted", async () => {
    const [standing] = (await listSystems(database.db)).filter(({ key }) => key === `cluster:${cluster.id}`);
    return standing?.state === "down" && standing.reason?.includes("taken away");
  });
  await watch.stop();
});

test("a watch that ended before it began leaves what another one has found missing", async () => {
  const right = { clusterId: cluster.id, namespace: "", resource: "deployments.apps", verb: "list" };
  await database.db.missingRight.create({ data: { ...right, since: new Date() } });
  const canI: Kubernetes["canI"] = (_verb, _resource, _namespace, { signal } = {}) =>
    new Promise((_, reject) => signal?.addEventListener("abort", () => reject(new Error("ended"))));
  await watching({ ...kubernetes, canI }).stop();
  expect(await database.db.missingRight.count({ where: right })).toBe(1);
  await database.db.missingRight.deleteMany();
});
