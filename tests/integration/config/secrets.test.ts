import { afterAll, beforeAll, expect, test } from "vitest";
import { createKubernetes } from "#lib/clients/kubernetes/create-kubernetes";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { knownSecrets } from "#lib/config/known-secrets";
import { getConfigDiff, getConfigEntries, listConfig, listConfigVersions } from "#lib/config/queries";
import { findDrift } from "#lib/releases/drift/find-drift";
import { exportObjects } from "#lib/releases/export-objects";
import { previewRelease } from "#lib/releases/preview/preview-release";
import { type ReleaseIntent } from "#lib/releases/schema";
import { OutputMask } from "#lib/terminal/mask-rules";
import { type Running, startRetireWorld } from "../retire/retire-world.ts";
import { configOn, DB, NEXT_PASSWORD, PASSWORD, SHOWING, settings, WEB } from "./config-world.ts";

/** Nobody gave it to the service as a secret, but it says itself what it is. */
const TOKEN = `glpat-${"x9".repeat(10)}`;

let world: Awaited<ReturnType<typeof startRetireWorld>>;
let on: ReturnType<typeof configOn>;
beforeAll(async () => {
  world = await startRetireWorld();
  on = configOn(world.ground);
});
afterAll(() => world.stop());

const encoded = (text: string) => Buffer.from(text).toString("base64");

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

test.concurrent("versions of a secret say which keys there are and which changed, and hold no value in clear", async () => {
  const app = await world.ground.createApp();
  await on.save(app, DB, 0, { password: PASSWORD, user: "shop" });
  await on.save(app, DB, 1, { password: NEXT_PASSWORD, user: null });
  await on.save(app, DB, 2, { password: null, user: "shop", extra: "more-of-it" });
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
  await expect(on.save(app, DB, 3, { neverThere: null })).rejects.toThrow(/value is missing/);
});

test.concurrent("no writer says a secret: preview, conflicts and drift, export, a crash's evidence, recordings, the database", async () => {
  const { app, build } = await on.configured();
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
  await on.release(app, { buildId: build.id, settings: settings(1, 1) });
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
    `console.error("cannot sign in with " + process.env.DB_PASSWORD + " nor glpat-" + "x9".repeat(10));process.exit(7)`,
  ]);
  const failed = await world.ground.drive(await world.ground.request(app, { buildId: crashing.id }));
  expect(failed.steps.find(({ name }) => name === "rollout")?.detail?.log).toContain(
    "cannot sign in with •••••• nor ••••••",
  );
  said.push(failed);

  const mask = new OutputMask(await knownSecrets(deps.db, app.id, environmentId));
  const shown = [...mask.push(`$ env\r\nDB_PASSWORD=${PASSWORD}\r\n`, 1), ...mask.flush(2)];
  expect(shown.map(({ text }) => text).join("")).toBe("$ env\r\nDB_PASSWORD=••••••\r\n");

  said.push(await wholeDatabase());
  const everything = JSON.stringify(said);
  expect(everything).toContain(app.name);
  for (const secret of [PASSWORD, NEXT_PASSWORD, byHand, TOKEN]) {
    expect(everything).not.toContain(secret);
    expect(everything).not.toContain(encoded(secret));
  }
});

test.concurrent("a secret that pods run with is known, however many versions were saved since", async () => {
  const { app, build } = await on.configured();
  await on.release(app, { buildId: build.id, settings: settings(1, 1) });
  for (let version = 2; version < 24; version += 1) await on.save(app, DB, version, { password: `later-${version}` });
  const known = await knownSecrets(world.db, app.id, world.ground.environmentId);
  expect(known).toEqual(expect.arrayContaining([PASSWORD, encoded(PASSWORD), "later-23"]));
});

test("a retirement takes every version's object away and the values of secrets out of the rows", async () => {
  const app: Running = await world.provisioned();
  const build = await world.ground.createBuild(app, SHOWING);
  await on.save(app, WEB, 0, { LEVEL: "info", motd: "Good morning" });
  await on.save(app, DB, 0, { password: PASSWORD, user: "shop" });
  await on.release(app, { buildId: build.id, settings: settings(1, 1) });
  const view = await world.driveTo(await world.confirm(app));
  expect(view).toMatchObject({ state: "done", findings: [] });
  expect(await on.objectNames(app, KINDS.configMap)).toEqual([]);
  expect(await on.objectNames(app, KINDS.secret)).toEqual([]);
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
