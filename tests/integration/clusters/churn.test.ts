import { getEventListeners } from "node:events";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createKubernetes } from "#lib/clients/kubernetes/create-kubernetes";
import { createLogger } from "#lib/platform/logger";
import { type FreshDatabase, freshDatabase } from "#tests/world/postgres";
import { waitFor } from "#tests/world/wait-for";
import { watchCluster } from "#worker/clusters/watch-cluster";
import { createAppRow } from "./app-row.ts";
import { ENDINGS, startRestlessCluster } from "./restless-cluster.ts";

/** As many as a day brings at one a second, in so many watches. */
const EVENTS = 86_400;
const WATCHES = 30;
const GROWTH_MB = 10;

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");
const heapMb = (): number => {
  collectGarbage();
  collectGarbage();
  return process.memoryUsage().heapUsed / 1e6;
};

let database: FreshDatabase;
let cluster: Awaited<ReturnType<typeof startRestlessCluster>>;
let app: { id: string };
beforeAll(async () => {
  database = await freshDatabase();
  app = await createAppRow(database.db, "restless");
  cluster = await startRestlessCluster({
    appId: app.id,
    pods: 1_200,
    eventsPerWatch: EVENTS / WATCHES,
    // Half of them end well, as those of a day do.
    endingOf: (watch) => (watch % 2 === 0 ? "end" : (ENDINGS[(watch >> 1) % ENDINGS.length] ?? "end")),
  });
});
afterAll(async () => {
  await cluster.stop();
  await database.drop();
});

test("a day of events, of watches that end, break off and expire, and of new lists leaves nothing behind and the rows true", async () => {
  const ending = new AbortController();
  const kubeconfig = JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "c", cluster: { server: cluster.url } }],
    users: [{ name: "u", user: {} }],
    contexts: [{ name: "c", context: { cluster: "c", user: "u" } }],
    "current-context": "c",
  });
  const kubernetes = createKubernetes({ kubeconfig });
  const { id } = await database.db.cluster.create({ data: { name: "restless", context: "c", server: cluster.url } });
  const over = watchCluster(
    {
      db: database.db,
      cluster: { id },
      kubernetes,
      namespaces: ["restless"],
      now: () => new Date(),
      random: () => 0,
      log: createLogger("silent"),
      onChanged: async () => undefined,
    },
    ending.signal,
  );
  const held = async () => ({
    heap: heapMb(),
    connections: await cluster.connections(),
    listeners: getEventListeners(ending.signal, "abort").length,
    timers: process.getActiveResourcesInfo().filter((name) => name === "Timeout").length,
  });
  await waitFor("a third of the day", () => cluster.events() >= EVENTS / 3, 60_000);
  const early = await held();
  await waitFor("the day to be over", () => cluster.events() >= EVENTS, 100_000);
  const late = await held();
  expect(cluster.lists()).toBeGreaterThan(5);
  expect(late.heap - early.heap).toBeLessThan(GROWTH_MB);
  // One for each watch, and one that asks whether there is a mesh.
  expect(late.connections).toBeLessThanOrEqual(7);
  expect(late.listeners).toBeLessThanOrEqual(early.listeners + 2);
  expect(late.timers).toBeLessThanOrEqual(early.timers + 5);

  const rows = async () => {
    const seen = await database.db.observedPod.findMany({ select: { name: true, restarts: true } });
    return seen.map(({ name, restarts }) => `${name} ${restarts}`).sort();
  };
  const there = () =>
    cluster
      .pods()
      .map(({ metadata, status }) => {
        const [first] = (status as { containerStatuses: { restartCount: number }[] }).containerStatuses;
        return `${metadata.name} ${first?.restartCount}`;
      })
      .sort();
  await waitFor("rows as the cluster", async () => (await rows()).join() === there().join(), 30_000);
  ending.abort();
  await over;
  kubernetes.close();
  await waitFor("no connection to be left", async () => (await cluster.connections()) === 0);
});
