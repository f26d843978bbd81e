import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type AppSettings } from "#lib/apps/spec-schema";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { getConfigDiff, listConfig, listConfigVersions } from "#lib/config/queries";
import { restoreConfig, saveConfig } from "#lib/config/save-config";
import { Conflict, Invalid, NotFound } from "#lib/platform/errors";
import { createRelease } from "#lib/releases/create-release";
import { previewRelease } from "#lib/releases/preview/preview-release";
import { getReleaseView } from "#lib/releases/queries";
import { reconcileRelease } from "#lib/releases/reconcile";
import { type ReleaseIntent } from "#lib/releases/schema";
import { ReleaseWorld, SETTINGS } from "../releases/release-world.ts";
import { configOn, NEXT_PASSWORD, PASSWORD, SHOWING, settings, using, WEB } from "./config-world.ts";

let world: ReleaseWorld;
let on: ReturnType<typeof configOn>;
beforeAll(async () => {
  world = await ReleaseWorld.start();
  on = configOn(world);
});
afterAll(() => world?.stop());

describe.concurrent("versions", () => {
  test("are numbered, kept as they were, and compared key by key; an old one comes back as a new one", async () => {
    const app = await world.createApp();
    await on.save(app, WEB, 0, { a: "1\n2\n3", b: "x" });
    expect(await on.save(app, WEB, 1, { a: "1\ntwo\n3", c: "y" })).toEqual({ version: 2 });
    const set = { environment: "dev", kind: "config", name: "web" } as const;
    expect(await getConfigDiff(app.id, { ...set, from: 1, to: 2 }, world.deps.db)).toMatchObject({
      changes: [
        { key: "a", change: "changed", before: "1\n2\n3", after: "1\ntwo\n3" },
        { key: "c", change: "added", before: null, after: "y" },
        { key: "b", change: "removed", before: "x", after: null },
      ],
    });
    const again = { environmentId: world.environmentId, kind: "config", name: "web" } as const;
    const wish = { ...again, expectedVersion: 2, version: 1, reason: "It was better." };
    await restoreConfig(app.id, app.userId, wish, world.deps);
    const { rows } = await listConfigVersions(app.id, set, world.deps.db);
    expect(rows.map(({ version, restores, savedBy }) => ({ version, restores, savedBy }))).toEqual([
      { version: 3, restores: 1, savedBy: "Lin" },
      { version: 2, restores: null, savedBy: "Lin" },
      { version: 1, restores: null, savedBy: "Lin" },
    ]);
    expect((await listConfig(app.id, "dev", world.deps.db)).rows).toMatchObject([{ version: 3, keys: ["a", "b"] }]);
    await expect(on.save(app, WEB, 3, { a: "1\n2\n3", b: "x" })).rejects.toThrow(Invalid);
  });

  test("of two people who edit one set, exactly one comes first and the other hears who and which", async () => {
    const app = await world.createApp();
    await on.save(app, WEB, 0, { a: "1" });
    const both = await Promise.allSettled([on.save(app, WEB, 1, { a: "mine" }), on.save(app, WEB, 1, { a: "theirs" })]);
    const refused = both.flatMap((one): unknown[] => (one.status === "rejected" ? [one.reason] : []));
    expect(refused).toEqual([expect.any(Conflict)]);
    expect(String(refused[0])).toMatch(/Lin saved version 2 of web while you were editing version 1/);
    await expect(on.save(app, WEB, 0, { a: "1" })).rejects.toThrow(/There is a set web already/);
    const { rows } = await listConfig(app.id, "dev", world.deps.db);
    expect(rows).toMatchObject([{ kind: "config", name: "web", version: 2 }]);
  });
});

describe.concurrent("a release", () => {
  test("brings the versions that it names to the pods, and a rollback brings the earlier ones back", async () => {
    const { app, build } = await on.configured();
    const first = await on.release(app, { buildId: build.id, settings: settings(1, 1) });
    expect(first.steps.find(({ name }) => name === "verify")?.detail).toMatchObject({ config: "web v1, db v1" });
    await on.observePods();
    expect(await getReleaseView(first.id, world.deps.db)).toMatchObject({ wanted: 1, running: 1 });
    expect(await on.answerOf(app)).toBe(`info|${PASSWORD}|Good morning`);

    const next = await on.release(app, { kind: "configure", settings: settings(2, 2) });
    expect(next.changes.map(({ field, before, after }) => `${field}: ${before} to ${after}`)).toEqual([
      "config: web v1 → * to web v2 → *",
      "config: web v1 → /etc/web/* to web v2 → /etc/web/*",
      "secret: db v1 → DB_PASSWORD (password) to db v2 → DB_PASSWORD (password)",
    ]);
    expect(await on.answerOf(app)).toBe(`debug|${NEXT_PASSWORD}|Good evening\nand good night`);
    expect(await on.objectNames(app, KINDS.configMap)).toEqual([`${app.name}.web.v2`]);
    expect(await on.objectNames(app, KINDS.secret)).toEqual([`${app.name}.db.v2`]);

    const back = await on.release(app, { kind: "rollback", restoresNumber: 1, restore: "settings" });
    expect(back.spec.config).toEqual(using(1, 1));
    expect(await on.answerOf(app)).toBe(`info|${PASSWORD}|Good morning`);
    expect(await on.objectNames(app, KINDS.secret)).toEqual([`${app.name}.db.v1`]);
  });

  test("that dies between its ConfigMap, its Secret and its Deployment goes on where it was", async () => {
    const { app, build } = await on.configured();
    const id = await world.request(app, { buildId: build.id, settings: settings(1, 1) });
    const died: string[] = [];
    const checkpoint = async (name: string) => {
      if (!/^release\.apply\.(ConfigMap|Secret|Deployment)\./.test(name) || died.includes(name)) return;
      died.push(name);
      throw new Error("killed here");
    };
    const signal = AbortSignal.timeout(60_000);
    const deps = { ...world.deps, checkpoint };
    while (died.length < 6) await reconcileRelease(deps, id, { signal }).catch(() => undefined);
    expect(await world.drive(id)).toMatchObject({ state: "done" });
    expect(died).toHaveLength(6);
    expect(await on.answerOf(app)).toBe(`info|${PASSWORD}|Good morning`);
  });

  test("of what is not there, or cannot be used so, is refused before anything is made", async () => {
    const app = await world.createApp();
    const build = await world.createBuild(app, SHOWING);
    await on.save(app, WEB, 0, { "app.yaml": "a: 1" });
    const logCollection = { directory: "/var/log", include: "*.log", multiline: null };
    const collecting: ReleaseIntent = {
      ...{ environmentId: world.environmentId, kind: "deploy", buildId: build.id, restoresNumber: null },
      settings: { ...SETTINGS, logCollection },
    };
    const reading = { db: world.deps.db, kubernetes: () => world.kubernetes, now: () => new Date() };
    const { blockers } = await previewRelease(app.id, collecting, { signal: AbortSignal.timeout(60_000) }, reading);
    expect(blockers).toMatchObject([{ next: expect.stringContaining("set ELASTICSEARCH_URL") }]);
    const refused = (config: AppSettings["config"]) =>
      world.request(app, { buildId: build.id, settings: { ...SETTINGS, config } });
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
    const { app, build } = await on.configured();
    await on.release(app, { buildId: build.id, settings: settings(1, 1) });
    const { id: environmentId } = await world.deps.db.environment.findUniqueOrThrow({ where: { name: "test" } });
    const intent: ReleaseIntent = {
      environmentId,
      kind: "deploy",
      buildId: null,
      settings: null,
      restoresNumber: null,
      cloneOf: world.environmentId,
    };
    const clone = () =>
      createRelease(
        app.id,
        app.userId,
        { ...intent, reason: null, expectedCurrent: null, idempotencyKey: "clone-of-dev" },
        world.deps,
      );
    await expect(clone()).rejects.toThrow("There is no version 1 of web in this environment.");
    const there = { environmentId, expectedVersion: 0, reason: null };
    const [key, value] = ["password", "of-the-test-environment"];
    await saveConfig(
      app.id,
      app.userId,
      { ...there, kind: "secret", name: "db", entries: [{ key, value }] },
      world.deps,
    );
    const level = [
      { key: "LEVEL", value: "test" },
      { key: "motd", value: "" },
    ];
    for (const [expectedVersion, entries] of [level, level.slice(0, 1)].entries()) {
      const input = { environmentId, kind: "config", name: "web", expectedVersion, entries, reason: null } as const;
      await saveConfig(app.id, app.userId, input, world.deps);
    }
    const { releaseId } = await clone();
    const made = await world.deps.db.release.findUniqueOrThrow({ where: { id: releaseId } });
    expect(made.spec).toMatchObject({ config: using(2, 1) });
  });
});
