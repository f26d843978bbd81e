import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { listPods, listPodsTogether } from "#lib/clusters/queries";
import { recordObserved, seeRow } from "#lib/clusters/record-observed";
import { type FreshDatabase, freshDatabase } from "#tests/world/postgres";
import { createAppRow } from "./app-row.ts";

let database: FreshDatabase;
let cluster: { id: string };
let app: { id: string };
beforeAll(async () => {
  database = await freshDatabase();
  const { db } = database;
  app = await createAppRow(db, "observed");
  const own = { name: "dev", namespace: "kepler-dev", purpose: "dev", rank: 10, domain: "dev.test" } as const;
  const environments = { create: [own, { ...own, name: "prod", namespace: "kepler-prod" }] };
  cluster = await db.cluster.create({ data: { name: "c", context: "c", server: "https://c.test", environments } });
});
afterAll(() => database.drop());

/** A pod of the app as a watch hears of it. */
function heardOf(name: string) {
  const labels = { "app.kubernetes.io/managed-by": "kepler", "kepler.dev/app": app.id, "kepler.dev/release": "3" };
  const metadata = {
    name,
    namespace: "kepler-dev",
    uid: randomUUID(),
    labels,
    creationTimestamp: "2026-01-01T00:00:00Z",
  };
  const seen = seeRow.pods({ metadata, spec: { containers: [{ name: "app" }] }, status: { phase: "Pending" } });
  if (!seen) throw new Error("that is no pod");
  return seen;
}
type Heard = ReturnType<typeof heardOf>;
const record = (pods: readonly (readonly [string, Heard["row"] | null])[], labelled = true) =>
  recordObserved(database.db, "pods", cluster.id, new Map(pods), { now: new Date(), labelled });
const rows = async () => (await listPods(app.id, "dev", database.db)).rows.map(({ name }) => name).sort();

test("a pod whose labels were changed has its row from the watch that sees it now, also when the other one's end comes later", async () => {
  const { key, row } = heardOf("relabelled");
  await record([[key, { ...row, labelled: false }]], false);
  await record([[key, null]]);
  expect(await rows()).toContain("relabelled");
  await record([[key, null]], false);
  expect(await rows()).not.toContain("relabelled");
});

test("many who look at one service at once have one answer, with what they were told of, and nobody has another place's", async () => {
  const { key, row } = heardOf("looked-at");
  const look = (environment = "dev", appId = app.id) => listPodsTogether(appId, environment, database.db);
  await record([[key, row]]);
  // The first finds no read on its way, whoever comes meanwhile shares the next one.
  const [first, ...later] = await Promise.all([look(), look(), look(), look("prod"), look("dev", randomUUID())]);
  const names = later.map((answer) => answer.rows.map(({ name }) => name));
  expect(names).toEqual([["looked-at"], ["looked-at"], [], []]);
  expect(later[1]).toBe(later[0]);
  expect(later[0]).not.toBe(first);
  await record([[key, null]]);
});

test("more rows than one statement takes are all written, told of in few pointers, and go with those that are gone", async () => {
  const many = Array.from({ length: 450 }, (_, i) => heardOf(`many-${i}`));
  const told = () => database.db.outboxEvent.count({ where: { appId: app.id, kind: "pods" } });
  const before = await told();
  expect(await record(many.map(({ key, row }) => [key, row]))).toEqual([app.id]);
  expect(await rows()).toHaveLength(450);
  expect((await told()) - before).toBe(3);
  const next = heardOf("next");
  await record([[next.key, next.row], ...many.map(({ key }) => [key, null] as const)]);
  expect(await rows()).toEqual(["next"]);
});

test("what says again what was said is neither written nor told", async () => {
  const { key, row } = heardOf("same");
  expect(await record([[key, row]])).toEqual([app.id]);
  expect(await record([[key, row]])).toEqual([]);
});
