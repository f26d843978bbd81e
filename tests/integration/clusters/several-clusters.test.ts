import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { type Kubernetes } from "#lib/clients/kubernetes/client";
import { createKubernetes } from "#lib/clients/kubernetes/create-kubernetes";
import { listSystems } from "#lib/clusters/queries";
import { createLogger } from "#lib/platform/logger";
import { openQueue, type Queue } from "#lib/platform/queue";
import { type FreshDatabase, freshDatabase } from "#tests/world/postgres";
import { startWorld, type World } from "#tests/world/sandbox";
import { waitFor } from "#tests/world/wait-for";
import { watchAll } from "#worker/clusters/watch-all";

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
  const place = (name: string, namespace: string, context: string) =>
    database.db.environment.create({
      data: {
        ...{ name, namespace, purpose: "dev", rank: 1, domain: "localhost" },
        cluster: { create: { name: context, context, server: context } },
      },
    });
  await place("whole", "kepler-dev", "sandbox");
  await place("narrow", "default", "sandbox-namespaced");
  await place("lost", "kepler-dev", "gone");
  const texts = { gitlabProjectPath: "a/b", repositoryUrl: "", defaultRef: "main", dockerfilePath: "Dockerfile" };
  const more = { webhookSecret: "", callbackSecret: "", imageRepository: "", gitlabProjectId: 1 };
  const app = await database.db.app.create({
    data: {
      ...{ ...texts, ...more, name: "seen", language: "nodejs", buildStrategy: "dockerfile" },
      team: { create: { slug: "seen", name: "seen" } },
    },
  });
  appId = app.id;
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
  ending.abort();
  await over;
});
