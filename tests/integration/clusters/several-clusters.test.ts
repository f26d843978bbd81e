import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { type Kubernetes } from "#lib/clients/kubernetes/client";
import { createKubernetes } from "#lib/clients/kubernetes/create-kubernetes";
import { connectCluster } from "#lib/clusters/connect-cluster";
import { forgetUnwatched } from "#lib/clusters/missing-rights";
import { listKubernetesEvents, listPods, listSystems } from "#lib/clusters/queries";
import { createLogger } from "#lib/platform/logger";
import { openQueue, type Queue } from "#lib/platform/queue";
import { type FreshDatabase, freshDatabase } from "#tests/world/postgres";
import { startWorld, type World } from "#tests/world/sandbox";
import { waitFor } from "#tests/world/wait-for";
import { accountRights } from "#worker/clusters/account-rights";
import { watchAll } from "#worker/clusters/watch-all";
import { createAppRow } from "./app-row.ts";

let database: FreshDatabase;
let world: World<"kubernetes">;
let queue: Queue;
let kubernetes: Kubernetes;
let folder: string;
let appId: string;

beforeAll(async () => {
  database = await freshDatabase();
  world = await startWorld(["kubernetes"]);
  kubernetes = createKubernetes({ kubeconfig: world.kubernetes.kubeconfig, fieldManager: "kepler" });
  folder = await mkdtemp(join(tmpdir(), "kepler-clusters-"));
  const kubeconfig = join(folder, "kubeconfig");
  // One context more, of a server that is not there.
  const config = parse(await readFile(world.kubernetes.kubeconfig, "utf8"));
  config.clusters.push({ name: "gone", cluster: { server: "http://127.0.0.1:9" } });
  config.contexts.push({ name: "gone", context: { cluster: "gone", user: config.users[0].name } });
  await writeFile(kubeconfig, stringify(config), { mode: 0o600 });
  Object.assign(process.env, {
    DATABASE_URL: database.url,
    KEPLER_MODE: "sandbox",
    KEPLER_HOME: folder,
    KUBECONFIG: kubeconfig,
  });
  queue = await openQueue(database.url, { supervise: false });
  const place = (name: string, namespace: string, context: string) => {
    const cluster = { where: { name: context }, create: { name: context, context, server: context } };
    const more = { purpose: "dev", rank: 1, domain: "localhost" } as const;
    return database.db.environment.create({
      data: { ...more, name, namespace, cluster: { connectOrCreate: cluster } },
    });
  };
  await place("whole", "kepler-dev", "sandbox");
  await place("narrow", "default", "sandbox-namespaced");
  await place("forbidden", "kepler-dev", "sandbox-namespaced");
  await place("lost", "kepler-dev", "gone");
  ({ id: appId } = await createAppRow(database.db, "seen"));
  await kubernetes.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: "kepler-dev" } });
});
afterAll(async () => {
  kubernetes?.close();
  await queue?.stop();
  await world?.stop();
  await database?.drop();
  if (folder) await rm(folder, { recursive: true, force: true });
});

test("clusters are watched side by side: one whole, one in the only namespace that may be seen, and one that is gone harms neither", async () => {
  const ending = new AbortController();
  const parts = { db: database.db, databaseUrl: database.url, queue, log: createLogger("silent") };
  const over = watchAll({ ...parts, signal: ending.signal });
  const pod = (name: string, namespace: string) =>
    kubernetes.apply({
      apiVersion: "v1",
      kind: "Pod",
      metadata: {
        ...{ name, namespace },
        labels: { "app.kubernetes.io/managed-by": "kepler", "kepler.dev/app": appId, "kepler.dev/release": "1" },
      },
      spec: { nodeSelector: { "no-such": "node" }, containers: [{ name: "app", image: "127.0.0.1:1/none:1" }] },
    });
  const rows = async () => {
    const seen = await database.db.observedPod.findMany({
      select: { name: true, cluster: { select: { name: true } } },
    });
    return seen.map(({ name, cluster }) => `${cluster.name}: ${name}`).sort();
  };
  const states = async () => {
    const systems = await listSystems(database.db);
    return systems.filter(({ key }) => key.startsWith("cluster:")).map(({ name, state }) => `${name} ${state}`);
  };
  await waitFor("how each of them stands", async () => (await states()).every((state) => !state.endsWith("unknown")));
  expect(await states()).toEqual(["gone down", "sandbox up", "sandbox-namespaced up"]);

  await pod("one", "kepler-dev");
  await pod("two", "default");
  // The same cluster twice: whoever may see all of it sees both, the other its own.
  const wanted = ["sandbox-namespaced: two", "sandbox: one", "sandbox: two"];
  await waitFor("the pods, each where it may be seen", async () => (await rows()).join() === wanted.join());

  // Nothing there is not the same as not to be seen: the second says which rights are missing, and the cluster is not down.
  const missing = async () =>
    (await listSystems(database.db)).flatMap(({ name, missing }) => missing.map((right) => ({ name, ...right })));
  await waitFor("the missing rights", async () => (await missing()).length === 4);
  const lacks = { name: "sandbox-namespaced", namespace: "kepler-dev", verbs: ["list", "watch"] };
  const kinds = ["deployments.apps", "events", "pods", "statefulsets.apps"];
  expect(await missing()).toMatchObject(kinds.map((resource) => ({ ...lacks, resource })));
  expect(await states()).toEqual(["gone down", "sandbox up", "sandbox-namespaced up"]);
  expect(await listPods(appId, "forbidden", database.db)).toMatchObject({ rows: [], missing: [{ resource: "pods" }] });
  expect(await listPods(appId, "narrow", database.db)).toMatchObject({ rows: [{ name: "two" }], missing: [] });
  expect(await listKubernetesEvents(appId, "forbidden", database.db)).toMatchObject({
    missing: [{ resource: "events" }],
  });
  const pods = (await missing()).find(({ resource }) => resource === "pods");
  expect((await listPods(appId, "forbidden", database.db)).seenAt).toBe(pods?.since);
  ending.abort();
  await over;
});

test("a right that was given is not missing any more, and is asked for until then only", async () => {
  const { id } = await database.db.cluster.findUniqueOrThrow({ where: { name: "sandbox-namespaced" } });
  const narrow = connectCluster({ context: "sandbox-namespaced" });
  let asked = 0;
  let asking = narrow;
  const canI: Kubernetes["canI"] = (...question) => {
    asked += 1;
    return asking.canI(...question);
  };
  const deps = { db: database.db, kubernetes: { ...narrow, canI }, cluster: { id }, now: () => new Date() };
  const place = { resource: "pods", namespace: "kepler-dev" };
  const rights = accountRights(deps, place, AbortSignal.timeout(60_000));
  const lacks = () => database.db.missingRight.count({ where: { ...place, clusterId: id } });
  expect(await rights.onRefused()).toBe(true);
  expect(await lacks()).toBe(2);
  asking = kubernetes;
  await rights.onContact();
  expect(await lacks()).toBe(0);
  await rights.onContact();
  expect(asked).toBe(4);
  await forgetUnwatched(database.db, id, [{ resource: "events", namespace: "kepler-dev" }]);
  const left = await database.db.missingRight.findMany({ where: { clusterId: id }, distinct: ["resource"] });
  expect(left.map(({ resource }) => resource)).toEqual(["events"]);
});
