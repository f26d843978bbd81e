import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { MOST_READ } from "#lib/logs/reading-places";
import { type FreshDatabase, freshDatabase } from "#tests/world/postgres";
import { GET as download } from "../../../app/api/apps/[app]/logs/download/route.ts";
import { GET as follow } from "../../../app/api/apps/[app]/logs/route.ts";
import { app, call, person } from "../access/world.ts";

/** Of a cluster that nobody asks: no pod is seen in it. */
const KUBECONFIG = {
  ...{ apiVersion: "v1", kind: "Config", "current-context": "test" },
  clusters: [{ name: "test", cluster: { server: "http://127.0.0.1:9" } }],
  users: [{ name: "test", user: { token: "none" } }],
  contexts: [{ name: "test", context: { cluster: "test", user: "test" } }],
};

let database: FreshDatabase;
let home: string;
let lin: Awaited<ReturnType<typeof person>>;
let omar: typeof lin;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "kepler-places-"));
  await writeFile(join(home, "kubeconfig"), JSON.stringify(KUBECONFIG));
  process.env.KUBECONFIG = join(home, "kubeconfig");
  process.env.KEPLER_URL = "http://kepler.test";
  process.env.LOG_LEVEL = "silent";
  database = await freshDatabase();
  const { db } = database;
  lin = await person(db, "lin", { payments: "developer" });
  omar = await person(db, "omar", { payments: "developer" });
  await app(db, "checkout", "payments");
  const cluster = await db.cluster.create({ data: { name: "test", context: "test", server: "" } });
  const place = { clusterId: cluster.id, name: "dev", namespace: "kepler-dev", domain: "localhost" };
  await db.environment.create({ data: { ...place, purpose: "dev", rank: 0 } });
});
afterAll(async () => {
  await database.drop();
  await rm(home, { recursive: true, force: true });
});

const params = { app: "checkout", environment: "dev" };
const open = ({ cookie }: typeof lin, method = "GET") => call(follow, { method, cookie, params });

test("a person reads so many logs at once and is told so beyond that, others read on, and one that is left makes room at once", async () => {
  const streams = await Promise.all(Array.from({ length: MOST_READ }, () => open(lin)));
  expect(streams.map(({ status }) => status)).toEqual(streams.map(() => 200));

  for (const handler of [follow, download]) {
    const refused = await call(handler, { cookie: lin.cookie, params });
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await refused.json()).error).toMatchObject({
      code: "rate-limited",
      message: `You are reading ${MOST_READ} logs at once, and more are not possible.`,
      next: "Close another page of logs, or wait until a download is over.",
    });
  }
  const others = await open(omar);
  expect(others.status).toBe(200);
  await others.body?.cancel();

  await streams[0]?.body?.cancel();
  const next = await open(lin);
  expect(next.status).toBe(200);
  for (const stream of [...streams.slice(1), next]) await stream.body?.cancel();
});

test("neither a download that is over nor one that was left keeps its place, nor does who only asks for the head", async () => {
  for (let i = 0; i <= MOST_READ; i++) {
    const file = await call(download, { cookie: lin.cookie, params });
    expect(file.status).toBe(200);
    if (i % 2 === 0) await file.text();
    else await file.body?.cancel();
    const head = await open(lin, "HEAD");
    expect([head.status, head.body]).toEqual([200, null]);
  }
});
