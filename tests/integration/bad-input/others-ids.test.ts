import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createApiToken } from "#lib/access/api-tokens";
import { insertBuild } from "#lib/builds/insert-build";
import { seal } from "#lib/platform/crypto";
import { PLAIN_SETTINGS } from "#tests/world/plain-settings";
import { countsOf, expectRefused, guardedRoutes, type Refusals, startRefusals } from "./world.ts";

const routes = await guardedRoutes();
const handlerOf = (file: string, method: string) => {
  const found = routes.find((route) => route.file === `app/api/${file}/route.ts` && route.method === method);
  if (!found) throw new Error(`no ${method} ${file}`);
  return found.handler;
};

const SECRET = "s".repeat(40);

let world: Refusals;
let build: string;
let draft: string;
let before: Record<string, number>;
beforeAll(async () => {
  world = await startRefusals();
  const { db, mine, theirs, sam, environment } = world;
  const commit = { sha: "a".repeat(40), title: "first", authorName: "sam" };
  const wanted = { appId: theirs.id, ref: "main", refKind: "branch", commit, trigger: "manual" } as const;
  build = (
    await db.$transaction((tx) => insertBuild(tx, { ...wanted, requestedById: sam.id, idempotencyKey: "theirs-1" }))
  ).id;
  draft = (await db.appDraft.create({ data: { userId: sam.id, step: 1, body: { name: "secret" } } })).id;
  await db.app.update({ where: { id: mine.id }, data: { webhookSecret: seal(SECRET) } });
  await db.appSpecDraft.create({ data: { appId: mine.id, environmentId: environment.id, spec: PLAIN_SETTINGS } });
  before = await countsOf(db);
});
afterAll(() => world.stop());

describe("what belongs to another team", () => {
  const inPath = routes.filter(({ file }) => file.includes("/apps/[app]"));

  it.each(inPath)("$method $file is not there, by name or by id", async ({ method, handler }) => {
    for (const app of [world.theirs.name, world.theirs.id]) {
      const body = method === "GET" ? {} : { body: anything() };
      const response = await world.send(handler, { method, params: { app }, query: "?environment=dev", ...body });
      expect(response.status, await response.clone().text()).toBe(404);
      await expectRefused(response);
    }
    expect(await countsOf(world.db)).toEqual(before);
  });

  it.each(routes.filter(({ file }) => file.includes("/builds/[id]")))("$method $file is not there", async (route) => {
    const { method, handler } = route;
    const body = method === "GET" ? {} : { body: {} };
    const response = await world.send(handler, { method, params: { id: build }, ...body });
    expect(response.status).toBe(404);
    expect(await world.db.build.findUnique({ where: { id: build }, select: { state: true } })).toEqual({
      state: "requested",
    });
  });

  it("cannot be released into one's own service, nor one's own into a place that is none", async () => {
    const send = (change: object) =>
      world.send(handlerOf("apps/[app]/releases", "POST"), {
        method: "POST",
        params: { app: world.mine.name },
        body: { ...anything(), ...change },
      });
    expect(await expectRefused(await send({ buildId: build }))).toEqual(["buildId"]);
    expect(await expectRefused(await send({ environmentId: randomUUID() }))).toEqual(["environmentId"]);
    expect(await expectRefused(await send({ kind: "rollback", restoresNumber: 7 }))).toEqual(["restoresNumber"]);
    expect(await expectRefused(await send({ kind: "rollback", restoresNumber: 2 ** 40 }))).toEqual(["restoresNumber"]);
    expect(await countsOf(world.db)).toEqual(before);
  });
});

/** Fits more than one route: what is refused is so for its address. */
const anything = () => ({
  ...{
    environmentId: world.environment.id,
    kind: "deploy",
    buildId: randomUUID(),
    settings: null,
    restoresNumber: null,
  },
  ...{ reason: null, expectedCurrent: null, idempotencyKey: randomUUID(), ref: "main", refKind: "branch" },
});

it("reads one's own log from its beginning when asked to begin at no place in it", async () => {
  const { db, mine, lin } = world;
  const commit = { sha: "b".repeat(40), title: "first", authorName: "lin" };
  const wanted = { appId: mine.id, ref: "main", refKind: "branch", commit, trigger: "manual" } as const;
  const { id } = await db.$transaction((tx) =>
    insertBuild(tx, { ...wanted, requestedById: lin.id, idempotencyKey: "mine-001" }),
  );
  const text = "+ make\n";
  const chunk = { offsetBytes: 0, lengthBytes: text.length, text };
  await db.build.update({ where: { id }, data: { state: "failed", logComplete: true, logChunks: { create: chunk } } });
  for (const place of ["-1", "9007199254740991", "1e99", "NaN", "a\u0000", "٣"]) {
    const query = `?offset=${encodeURIComponent(place)}`;
    const response = await world.send(handlerOf("builds/[id]/log", "GET"), { params: { id }, query });
    const said = await response.text();
    if (place.includes("\0")) expect(response.status).toBe(422);
    else expect(said, place).toContain("+ make");
  }
  await db.build.delete({ where: { id } });
  before = await countsOf(db);
});

describe("what belongs to another person", () => {
  it.each(["GET", "PUT", "DELETE"])("cannot be touched: %s of a draft", async (method) => {
    const body = method === "PUT" ? { body: { step: 2, body: { name: "mine" } } } : {};
    const response = await world.send(handlerOf("drafts/[id]", method), { method, params: { id: draft }, ...body });
    expect(response.status).toBe(404);
    expect(await world.db.appDraft.findUnique({ where: { id: draft }, select: { body: true } })).toEqual({
      body: { name: "secret" },
    });
  });

  it("cannot be touched: a sign-in", async () => {
    const id = world.sam.session;
    const response = await world.send(handlerOf("me/sessions/[id]", "DELETE"), { method: "DELETE", params: { id } });
    expect(response.status).toBe(404);
    expect(await world.db.session.findUnique({ where: { id }, select: { revokedAt: true } })).toEqual({
      revokedAt: null,
    });
  });

  it("is as much out of reach for a token as for a sign-in", async () => {
    const expiresAt = new Date(Date.now() + 60_000);
    const { token } = await createApiToken(world.db, { userId: world.lin.id, name: "ci", expiresAt });
    const headers = { authorization: `Bearer ${token}` };
    const get = (app: string) => world.send(handlerOf("apps/[app]", "GET"), { params: { app }, headers }, "");
    expect((await get(world.mine.name)).status).toBe(200);
    expect((await get(world.theirs.name)).status).toBe(404);
  });
});

describe("an inbox that anybody can reach", () => {
  const deliver = async (body: string, headers: Record<string, string>, appId = world.mine.id) => {
    const { POST } = await import("../../../app/api/webhooks/gitlab/[appId]/route.ts");
    return world.send(POST, { method: "POST", params: { appId }, body, headers }, "");
  };

  it("takes nothing without the service's own token", async () => {
    for (const token of ["", "wrong", "\u00ff".repeat(40), SECRET.slice(1)]) {
      expect((await deliver("{}", { "x-gitlab-token": token })).status).toBe(403);
    }
    for (const id of ["1", "../x", "a\u0000b", randomUUID()]) {
      expect((await deliver("{}", { "x-gitlab-token": SECRET }, id)).status).toBe(403);
    }
    expect(await world.db.build.count()).toBe(before.builds);
  });

  it("keeps what is not a push as ignored or rejected, and builds nothing of it", async () => {
    const { db, mine } = world;
    const sent = [
      "",
      "{",
      "[]",
      "null",
      '{"object_kind":"push"}',
      '{"object_kind":"push","checkout_sha":"\\u0000","ref":7}',
    ];
    for (const body of sent) {
      const response = await deliver(body, { "x-gitlab-token": SECRET, "x-gitlab-event": "Push Hook" });
      const text = await response.text();
      expect(response.status, `${body} → ${text}`).toBeLessThan(500);
      expect(text).not.toContain('"accepted"');
    }
    expect((await deliver("x".repeat(1024 * 1024 + 1), { "x-gitlab-token": SECRET })).status).toBe(413);
    expect(await db.build.count({ where: { appId: mine.id } })).toBe(0);
  });
});
