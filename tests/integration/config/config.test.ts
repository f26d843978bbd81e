import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type AppSettings } from "#lib/apps/spec-schema";
import { createKubernetes } from "#lib/clients/kubernetes/create-kubernetes";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { recordObserved, seeRow } from "#lib/clusters/record-observed";
import { getConfigDiff, getConfigEntries, listConfig, listConfigVersions } from "#lib/config/queries";
import { restoreConfig, saveConfig } from "#lib/config/save-config";
import { type ShownEntry } from "#lib/config/schema";
import { secretValuesOf } from "#lib/config/secret-values";
import { Conflict, Invalid, NotFound } from "#lib/platform/errors";
import { createRelease } from "#lib/releases/create-release";
import { exportObjects } from "#lib/releases/export-objects";
import { findDrift } from "#lib/releases/find-drift";
import { previewRelease } from "#lib/releases/preview-release";
import { getReleaseView } from "#lib/releases/queries";
import { reconcileRelease } from "#lib/releases/reconcile";
import { type ReleaseIntent } from "#lib/releases/schema";
import { OutputMask } from "#lib/terminal/mask-rules";
import { SETTINGS } from "../releases/release-world.ts";
import { type Running, startRetireWorld } from "../retire/retire-world.ts";

let world: Awaited<ReturnType<typeof startRetireWorld>>;
beforeAll(async () => {
  world = await startRetireWorld();
});
afterAll(() => world.stop());

type App = { id: string; name: string; userId: string };
type Kind = "config" | "secret";

const PASSWORD = "correct-horse-battery-staple";
const NEXT_PASSWORD = "another-horse-another-staple";
const encoded = (text: string) => Buffer.from(text).toString("base64");

/** Saves what a person would send after they saw version `expectedVersion`. */
const save = (
  app: App,
  [kind, name]: readonly [Kind, string],
  expectedVersion: number,
  data: Record<string, string | null>,
) => {
  const entries = Object.entries(data).map(([key, value]): ShownEntry => ({ key, value }));
  const place = { environmentId: world.ground.environmentId, kind, name };
  return saveConfig(app.id, app.userId, { ...place, expectedVersion, entries, reason: null }, world.ground.deps);
};
const WEB = ["config", "web"] as const;
const DB = ["secret", "db"] as const;

/** The program shows what reached it: a variable of each kind, and a file. */
const SHOWING = [
  "node",
  "-e",
  `const fs=require("fs");require("http").createServer((q,s)=>s.end([process.env.LEVEL,process.env.DB_PASSWORD,` +
    `fs.readFileSync("/etc/web/motd","utf8")].join("|"))).listen(8080)`,
];
const using = (web: number, db: number): AppSettings["config"] => [
  { use: "variables", kind: "config", name: "web", version: web, prefix: "" },
  { use: "files", kind: "config", name: "web", version: web, mountPath: "/etc/web", key: null },
  { use: "variable", kind: "secret", name: "db", version: db, key: "password", variable: "DB_PASSWORD" },
];
const settings = (web: number, db: number): AppSettings => ({ ...SETTINGS, replicas: 1, config: using(web, db) });

const objectNames = async (app: App, kind: typeof KINDS.configMap | typeof KINDS.secret) => {
  const labelSelector = `kepler.dev/app=${app.id}`;
  const { items } = await world.ground.kubernetes.list(kind, "kepler-dev", { labelSelector });
  return items.map(({ metadata }) => metadata.name).sort();
};
/** The pods as the watch would write them down. */
async function observePods(): Promise<void> {
  const { items } = await world.ground.kubernetes.list(KINDS.pod, "kepler-dev");
  const { clusterId } = await world.db.environment.findUniqueOrThrow({ where: { id: world.ground.environmentId } });
  const heard = new Map(
    items.flatMap((pod) => {
      const seen = seeRow.pods(pod);
      return seen ? [[seen.key, seen.row] as const] : [];
    }),
  );
  await recordObserved(world.db, "pods", clusterId, heard, { now: new Date() });
}
async function answerOf(app: App): Promise<string> {
  const labelSelector = `kepler.dev/app=${app.id}`;
  const { items } = await world.ground.kubernetes.list(KINDS.pod, "kepler-dev", { labelSelector });
  const pod = items.find(({ metadata }) => !metadata.deletionTimestamp);
  const { podIP } = Object(pod?.status) as { podIP: string };
  return (await fetch(`http://${podIP}:8080/`)).text();
}
const release = async (app: App, intent: Parameters<typeof world.ground.request>[1]) => {
  const view = await world.ground.drive(await world.ground.request(app, intent));
  expect(view, JSON.stringify([view.error, view.steps])).toMatchObject({ state: "done" });
  return view;
};
/** Both sets in two versions, and a program that shows them. */
async function configured() {
  const app = await world.ground.createApp();
  const build = await world.ground.createBuild(app, SHOWING);
  await save(app, WEB, 0, { LEVEL: "info", motd: "Good morning" });
  await save(app, WEB, 1, { LEVEL: "debug", motd: "Good evening\nand good night" });
  await save(app, DB, 0, { password: PASSWORD, user: "shop" });
  await save(app, DB, 1, { password: NEXT_PASSWORD, user: null });
  return { app, build };
}

/** Everything that the database holds, as text. */
async function wholeDatabase(): Promise<string> {
  const { db } = world;
  const tables = await db.$queryRaw<{ name: string }[]>`
    select quote_ident(table_schema) || '.' || quote_ident(table_name) as name from information_schema.tables
    where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`;
  const texts = await Promise.all(
    tables.map(({ name }) =>
      db.$queryRawUnsafe<{ text: string | null }[]>(`select string_agg(row::text, ' ') as text from ${name} row`),
    ),
  );
  return texts
    .flat()
    .map(({ text }) => text)
    .join("\n");
}

describe.concurrent("versions", () => {
  test("are numbered, kept as they were, and compared key by key; an old one comes back as a new one", async () => {
    const app = await world.ground.createApp();
    await save(app, WEB, 0, { a: "1\n2\n3", b: "x" });
    expect(await save(app, WEB, 1, { a: "1\ntwo\n3", c: "y" })).toEqual({ version: 2 });
    const set = { environment: "dev", kind: "config", name: "web" } as const;
    expect(await getConfigDiff(app.id, { ...set, from: 1, to: 2 }, world.db)).toMatchObject({
      changes: [
        { key: "a", change: "changed", before: "1\n2\n3", after: "1\ntwo\n3" },
        { key: "c", change: "added", before: null, after: "y" },
        { key: "b", change: "removed", before: "x", after: null },
      ],
    });
    const again = { environmentId: world.ground.environmentId, kind: "config", name: "web" } as const;
    const wish = { ...again, expectedVersion: 2, version: 1, reason: "It was better." };
    await restoreConfig(app.id, app.userId, wish, world.ground.deps);
    const { rows } = await listConfigVersions(app.id, set, world.db);
    expect(rows.map(({ version, restores, keys, savedBy }) => ({ version, restores, keys, savedBy }))).toEqual([
      { version: 3, restores: 1, keys: ["a", "b"], savedBy: "Lin" },
      { version: 2, restores: null, keys: ["a", "c"], savedBy: "Lin" },
      { version: 1, restores: null, keys: ["a", "b"], savedBy: "Lin" },
    ]);
    await expect(save(app, WEB, 3, { a: "1\n2\n3", b: "x" })).rejects.toThrow(Invalid);
  });

  test("of two people who edit one set, exactly one comes first and the other hears who and which", async () => {
    const app = await world.ground.createApp();
    await save(app, WEB, 0, { a: "1" });
    const both = await Promise.allSettled([save(app, WEB, 1, { a: "mine" }), save(app, WEB, 1, { a: "theirs" })]);
    const refused = both.flatMap((one): unknown[] => (one.status === "rejected" ? [one.reason] : []));
    expect(refused).toEqual([expect.any(Conflict)]);
    expect(String(refused[0])).toMatch(/Lin saved version 2 of web while you were editing version 1/);
    await expect(save(app, WEB, 0, { a: "1" })).rejects.toThrow(/There is a set web already/);
    const { rows } = await listConfig(app.id, "dev", world.db);
    expect(rows).toMatchObject([{ kind: "config", name: "web", version: 2 }]);
  });

  test("of a secret say which keys there are and which changed, and hold no value in clear", async () => {
    const app = await world.ground.createApp();
    await save(app, DB, 0, { password: PASSWORD, user: "shop" });
    await save(app, DB, 1, { password: NEXT_PASSWORD, user: null });
    await save(app, DB, 2, { password: null, user: "shop", extra: "more-of-it" });
    const set = { environment: "dev", kind: "secret", name: "db" } as const;
    expect(await getConfigDiff(app.id, { ...set, from: 1, to: 2 }, world.db)).toMatchObject({
      changes: [{ key: "password", change: "changed", before: null, after: null }],
    });
    // Sent again as it was: no change.
    expect((await getConfigDiff(app.id, { ...set, from: 2, to: 3 }, world.db)).changes).toMatchObject([
      { key: "extra", change: "added" },
    ]);
    const said = JSON.stringify([
      await listConfig(app.id, "dev", world.db),
      await listConfigVersions(app.id, set, world.db),
      await getConfigEntries(app.id, { ...set, version: 1 }, world.db),
    ]);
    expect(said).toContain("password");
    const rows = await world.db.$queryRaw<{ entries: string }[]>`
      select version.entries::text from config_versions version
      join config_sets on config_sets.id = version.set_id where app_id = ${app.id}::uuid`;
    expect(rows).toHaveLength(3);
    for (const text of [said, JSON.stringify(rows)]) {
      expect(text).not.toContain(PASSWORD);
      expect(text).not.toContain(NEXT_PASSWORD);
      expect(text).not.toContain(encoded(PASSWORD));
    }
    expect(JSON.stringify(rows)).toMatch(/v1\.[0-9a-f]{8}\./);
    await expect(save(app, DB, 3, { neverThere: null })).rejects.toThrow(/value is missing/);
  });
});

describe.concurrent("a release", () => {
  test("brings the versions that it names to the pods, and a rollback brings the earlier ones back", async () => {
    const { app, build } = await configured();
    const first = await release(app, { buildId: build.id, settings: settings(1, 1) });
    expect(first.steps.find(({ name }) => name === "verify")?.detail).toMatchObject({ config: "web v1, db v1" });
    await observePods();
    expect(await getReleaseView(first.id, world.db)).toMatchObject({ wanted: 1, running: 1 });
    expect(await answerOf(app)).toBe(`info|${PASSWORD}|Good morning`);

    const next = await release(app, { kind: "configure", settings: settings(2, 2) });
    expect(next.changes.map(({ field, before, after }) => `${field}: ${before} to ${after}`)).toEqual([
      "config: web v1 → * to web v2 → *",
      "config: web v1 → /etc/web/* to web v2 → /etc/web/*",
      "secret: db v1 → DB_PASSWORD (password) to db v2 → DB_PASSWORD (password)",
    ]);
    expect(await answerOf(app)).toBe(`debug|${NEXT_PASSWORD}|Good evening\nand good night`);
    expect(await objectNames(app, KINDS.configMap)).toEqual([`${app.name}.web.v2`]);
    expect(await objectNames(app, KINDS.secret)).toEqual([`${app.name}.db.v2`]);

    const back = await release(app, { kind: "rollback", restoresNumber: 1, restore: "settings" });
    expect(back.spec.config).toEqual(using(1, 1));
    expect(await answerOf(app)).toBe(`info|${PASSWORD}|Good morning`);
    expect(await objectNames(app, KINDS.secret)).toEqual([`${app.name}.db.v1`]);
  });

  test("that dies between its ConfigMap, its Secret and its Deployment goes on where it was", async () => {
    const { app, build } = await configured();
    const id = await world.ground.request(app, { buildId: build.id, settings: settings(1, 1) });
    const died: string[] = [];
    const checkpoint = async (name: string) => {
      if (!/^release\.apply\.(ConfigMap|Secret|Deployment)\./.test(name) || died.includes(name)) return;
      died.push(name);
      throw new Error("killed here");
    };
    const signal = AbortSignal.timeout(60_000);
    const deps = { ...world.ground.deps, checkpoint };
    while (died.length < 6) await reconcileRelease(deps, id, { signal }).catch(() => undefined);
    expect(await world.ground.drive(id)).toMatchObject({ state: "done" });
    expect(died).toHaveLength(6);
    expect(await answerOf(app)).toBe(`info|${PASSWORD}|Good morning`);
  });

  test("of what is not there, or cannot be used so, is refused before anything is made", async () => {
    const app = await world.ground.createApp();
    const build = await world.ground.createBuild(app, SHOWING);
    await save(app, WEB, 0, { "app.yaml": "a: 1" });
    const logCollection = { directory: "/var/log", include: "*.log", multiline: null };
    const collecting: ReleaseIntent = {
      ...{ environmentId: world.ground.environmentId, kind: "deploy", buildId: build.id, restoresNumber: null },
      settings: { ...SETTINGS, logCollection },
    };
    const reading = { db: world.db, kubernetes: () => world.ground.kubernetes, now: () => new Date() };
    const { blockers } = await previewRelease(app.id, collecting, { signal: AbortSignal.timeout(60_000) }, reading);
    expect(blockers).toMatchObject([{ next: expect.stringContaining("set ELASTICSEARCH_URL") }]);
    const refused = (config: AppSettings["config"]) =>
      world.ground.request(app, { buildId: build.id, settings: { ...SETTINGS, config } });
    const web = { kind: "config", name: "web", version: 1 } as const;
    await expect(refused([{ ...web, use: "files", mountPath: "/etc/web", key: null, version: 2 }])).rejects.toThrow(
      NotFound,
    );
    await expect(refused([{ ...web, use: "variables", prefix: "" }])).rejects.toMatchObject({
      fields: [{ path: "settings.config.0.use", message: "config.no-variable" }],
    });
    await expect(refused([{ ...web, use: "variable", key: "nope", variable: "X" }])).rejects.toMatchObject({
      fields: [{ path: "settings.config.0.key", message: "config.no-such-key" }],
    });
  });

  test("cloned into another environment takes the set of the same name there, or is refused by a sentence", async () => {
    const { app, build } = await configured();
    await release(app, { buildId: build.id, settings: settings(1, 1) });
    const { id: environmentId } = await world.db.environment.findUniqueOrThrow({ where: { name: "test" } });
    const intent: ReleaseIntent = {
      environmentId,
      kind: "deploy",
      buildId: null,
      settings: null,
      restoresNumber: null,
      cloneOf: world.ground.environmentId,
    };
    const clone = () =>
      createRelease(
        app.id,
        app.userId,
        { ...intent, reason: null, expectedCurrent: null, idempotencyKey: "clone-of-dev" },
        world.ground.deps,
      );
    await expect(clone()).rejects.toThrow("There is no version 1 of web in this environment.");
    const there = { environmentId, expectedVersion: 0, reason: null };
    const [key, value] = ["password", "of-the-test-environment"];
    await saveConfig(
      app.id,
      app.userId,
      { ...there, kind: "secret", name: "db", entries: [{ key, value }] },
      world.ground.deps,
    );
    const level = [
      { key: "LEVEL", value: "test" },
      { key: "motd", value: "" },
    ];
    for (const [expectedVersion, entries] of [level, level.slice(0, 1)].entries()) {
      const input = { environmentId, kind: "config", name: "web", expectedVersion, entries, reason: null } as const;
      await saveConfig(app.id, app.userId, input, world.ground.deps);
    }
    const { releaseId } = await clone();
    const made = await world.db.release.findUniqueOrThrow({ where: { id: releaseId } });
    expect(made.spec).toMatchObject({ config: using(2, 1) });
  });
});

test.concurrent("no writer says a secret: preview, conflicts and drift, export, a crash's evidence, recordings, the database", async () => {
  const { app, build } = await configured();
  const { deps, kubernetes, environmentId } = world.ground;
  const signal = AbortSignal.timeout(100_000);
  const intent = {
    environmentId,
    kind: "configure",
    buildId: null,
    settings: settings(2, 2),
    restoresNumber: null,
  } as const;
  const reading = { db: deps.db, kubernetes: () => kubernetes, now: deps.now };
  const first: ReleaseIntent = { ...intent, kind: "deploy", buildId: build.id, settings: settings(1, 1) };
  const said: unknown[] = [await previewRelease(app.id, first, { signal }, reading)];
  await release(app, { buildId: build.id, settings: settings(1, 1) });
  said.push(await previewRelease(app.id, intent, { signal }, reading));

  // Somebody makes the Secret again by hand, with a value that is no less secret.
  const ref = { ...KINDS.secret, namespace: "kepler-dev", name: `${app.name}.db.v1` };
  const live = await kubernetes.get(ref);
  const kubectl = createKubernetes({ kubeconfig: world.ground.world.kubernetes.kubeconfig, fieldManager: "kubectl" });
  await kubernetes.delete(ref);
  const byHand = "by-hand-and-still-secret";
  await kubectl.apply({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: ref.name, namespace: ref.namespace, labels: live?.metadata.labels },
    data: { password: encoded(byHand) },
  });
  kubectl.close();
  const [drift, contested] = [
    await findDrift(app.id, "dev", { signal }, reading),
    await previewRelease(app.id, { ...intent, settings: settings(1, 1) }, { signal }, reading),
  ];
  expect(drift.fields).toMatchObject([{ kind: "v1/Secret", value: null, change: { before: null, after: null } }]);
  expect(contested.conflicts).toMatchObject([{ kind: "v1/Secret", value: null }]);
  said.push(drift, contested);
  await kubernetes.delete(ref);

  const exported = await exportObjects(app.id, "dev", deps.db);
  expect(exported.yaml).toContain('password: ""');
  expect(exported.yaml).toContain("Values of Secrets are left out");
  said.push(exported);

  const crashing = await world.ground.createBuild(app, [
    "node",
    "-e",
    `console.error("cannot sign in with " + process.env.DB_PASSWORD);process.exit(7)`,
  ]);
  const failed = await world.ground.drive(await world.ground.request(app, { buildId: crashing.id }));
  expect(failed.steps.find(({ name }) => name === "rollout")?.detail?.log).toContain("cannot sign in with ••••••");
  said.push(failed);

  const mask = new OutputMask(await secretValuesOf(deps.db, { appId: app.id, environmentId }));
  const shown = [...mask.push(`$ env\r\nDB_PASSWORD=${PASSWORD}\r\n`, 1), ...mask.flush(2)];
  expect(shown.map(({ text }) => text).join("")).toBe("$ env\r\nDB_PASSWORD=••••••\r\n");

  said.push(await wholeDatabase());
  const everything = JSON.stringify(said);
  expect(everything).toContain(app.name);
  for (const secret of [PASSWORD, NEXT_PASSWORD, byHand]) {
    expect(everything).not.toContain(secret);
    expect(everything).not.toContain(encoded(secret));
  }
});
test("a retirement takes every version's object away and the values of secrets out of the rows", async () => {
  const app: Running = await world.provisioned();
  const build = await world.ground.createBuild(app, SHOWING);
  await save(app, WEB, 0, { LEVEL: "info", motd: "Good morning" });
  await save(app, DB, 0, { password: PASSWORD, user: "shop" });
  await release(app, { buildId: build.id, settings: settings(1, 1) });
  const view = await world.driveTo(await world.confirm(app));
  expect(view).toMatchObject({ state: "done", findings: [] });
  expect(await objectNames(app, KINDS.configMap)).toEqual([]);
  expect(await objectNames(app, KINDS.secret)).toEqual([]);
  const proven = view.systems.flatMap(({ entries }) => entries.map(({ kind, state }) => `${kind} ${state}`));
  expect(proven).toEqual(expect.arrayContaining(["v1/ConfigMap absent", "v1/Secret absent"]));
  const rows = await world.db.configVersion.findMany({
    where: { set: { appId: app.id } },
    orderBy: { set: { kind: "asc" } },
    select: { entries: true },
  });
  expect(rows.map(({ entries }) => entries)).toEqual([
    [
      { key: "LEVEL", value: "info" },
      { key: "motd", value: "Good morning" },
    ],
    [
      { key: "password", value: null },
      { key: "user", value: null },
    ],
  ]);
});
