import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { createApiToken } from "#lib/access/api-tokens";
import { route } from "#lib/access/route";
import { revokeSession } from "#lib/access/sessions";
import { Conflict, Invalid, NotFound, RateLimited, Unavailable } from "#lib/platform/errors";
import { type FreshDatabase, freshDatabase } from "#tests/world/postgres";
import { app, call, person } from "./world.ts";

let database: FreshDatabase;
let lin: Awaited<ReturnType<typeof person>>;
let omar: typeof lin;
let sam: typeof lin;
let root: typeof lin;

beforeAll(async () => {
  process.env.KEPLER_URL = "http://kepler.test";
  process.env.LOG_LEVEL = "silent";
  database = await freshDatabase();
  lin = await person(database.db, "lin", { payments: "developer" });
  omar = await person(database.db, "omar", { payments: "viewer" });
  sam = await person(database.db, "sam", { platform: "developer" });
  root = await person(database.db, "root", {}, true);
  await app(database.db, "checkout", "payments");
});
afterAll(() => database.drop());

const output = z.object({ app: z.string(), count: z.number() });
const write = route(
  {
    permission: "app.edit",
    input: z.object({ app: z.string(), count: z.number().max(9) }),
    output,
    scope: { app: "app" },
  },
  async ({ input, scope }) => ({ app: scope.app.name, count: input.count }),
);
const send = (cookie: string | undefined, body: unknown = { count: 1 }, headers = {}) =>
  call(write, { method: "POST", cookie, body, headers, params: { app: "checkout" } });
const errorOf = async (response: Response) => (await response.json()).error;
const failing = (error: Error) =>
  route({ permission: "self.read", input: z.object({}), output: z.object({}) }, async () => {
    throw error;
  });

describe("who may pass", () => {
  it("lets a member with the right do it, an admin too", async () => {
    expect(await (await send(lin.cookie)).json()).toEqual({ app: "checkout", count: 1 });
    expect((await send(root.cookie)).status).toBe(200);
  });

  it("answers 401 to nobody, 403 to who sees but may not, 404 to who may not even see", async () => {
    expect((await send(undefined)).status).toBe(401);
    const denied = await send(omar.cookie);
    expect(denied.status).toBe(403);
    expect((await errorOf(denied)).next).toContain("developer");
    const unseen = await send(sam.cookie);
    expect(unseen.status).toBe(404);
    const missing = await call(write, {
      method: "POST",
      cookie: sam.cookie,
      body: { count: 1 },
      params: { app: "no" },
    });
    const same = async (response: Response) => ({ ...(await errorOf(response)), requestId: "" });
    expect(await same(unseen)).toEqual(await same(missing));
  });

  it("asks the database on every request: a revoked sign-in and a disabled account end at once", async () => {
    const guest = await person(database.db, "guest", { payments: "developer" });
    expect((await send(guest.cookie)).status).toBe(200);
    await revokeSession(database.db, guest.id, guest.session, new Date());
    expect((await send(guest.cookie)).status).toBe(401);
    const other = await person(database.db, "other", { payments: "developer" });
    await database.db.user.update({ where: { id: other.id }, data: { disabledAt: new Date() } });
    expect((await send(other.cookie)).status).toBe(401);
  });

  it("takes a bearer token, without needing an origin, until it expires", async () => {
    const inAnHour = new Date(Date.now() + 3_600_000);
    const { token } = await createApiToken(database.db, { userId: lin.id, name: "ci", expiresAt: inAnHour });
    const bearer = (value: string) =>
      send(undefined, { count: 2 }, { authorization: `Bearer ${value}`, origin: "http://ci.test" });
    expect((await bearer(token)).status).toBe(200);
    expect((await bearer(`${token}x`)).status).toBe(401);
    await database.db.apiToken.updateMany({ data: { expiresAt: new Date(Date.now() - 1) } });
    expect((await bearer(token)).status).toBe(401);
  });

  it("refuses a forged cookie", async () => {
    expect((await send(`${lin.cookie.slice(0, -4)}AAAA`)).status).toBe(401);
  });
});

describe("what may be sent", () => {
  it("refuses writes from another site", async () => {
    expect((await send(lin.cookie, { count: 1 }, { origin: "http://evil.test" })).status).toBe(403);
  });

  const fieldsOf = async (response: Promise<Response>) => (await errorOf(await response)).fields;

  it("names the wrong fields, each with a sentence in the language of whoever asks", async () => {
    const chinese = { "accept-language": "zh-CN,zh;q=0.9" };
    const response = await send(lin.cookie, { count: 10 });
    expect(response.status).toBe(422);
    const count = { path: "count", message: expect.any(String) };
    expect((await errorOf(response)).fields).toEqual([{ ...count, sentence: "At most 9" }]);
    expect(await fieldsOf(send(lin.cookie, { count: 10 }, chinese))).toEqual([{ ...count, sentence: "不大于 9" }]);
    expect(await fieldsOf(send(lin.cookie, { count: "1" }, chinese))).toEqual([{ ...count, sentence: "需要数字" }]);
    const chosen = `${lin.cookie}; kepler-locale=en`;
    expect(await fieldsOf(send(chosen, {}, chinese))).toEqual([{ ...count, sentence: "A number is needed" }]);
  });

  it("says at a field that is named by a key what the key means, or what the error itself says", async () => {
    const at = (path: string, message: string) => ({ fields: [{ path, message }] });
    const ask = (error: Error, language: string) =>
      fieldsOf(call(failing(error), { cookie: lin.cookie, headers: { "accept-language": language } }));
    const twice = new Invalid("Some values are not accepted.", at("ports.1", "duplicate"));
    expect(await ask(twice, "en")).toEqual([{ path: "ports.1", message: "duplicate", sentence: "This is here twice" }]);
    expect(await ask(twice, "zh")).toMatchObject([{ sentence: "重复" }]);
    const build = new NotFound("There is no such build of this service.", at("buildId", "build.unknown"));
    expect(await ask(build, "en")).toMatchObject([{ sentence: "There is no such build of this service." }]);
    expect(await ask(build, "zh")).toMatchObject([{ sentence: "此服务没有这次构建。" }]);
  });

  it("answers 4xx to what is not a JSON object or too large", async () => {
    expect((await send(lin.cookie, "{")).status).toBe(422);
    expect((await send(lin.cookie, "[1]")).status).toBe(422);
    expect((await send(lin.cookie, { count: 1, pad: "x".repeat(1024 * 1024) })).status).toBe(413);
  });

  it("does not let the body change what the path addresses", async () => {
    await app(database.db, "secret", "platform");
    const body = { count: 1, app: "secret" };
    expect(await (await send(lin.cookie, body)).json()).toEqual({ app: "checkout", count: 1 });
  });
});

describe("what comes back", () => {
  it.each([
    [new Conflict("taken"), 409],
    [new RateLimited("slow down", { retryAfterMs: 1500 }), 429],
    [new Unavailable("GitLab is away", { system: "gitlab" }), 503],
    [new TypeError("our own fault with a secret"), 500],
  ])("turns %s into an answer", async (error, status) => {
    const response = await call(failing(error), { cookie: lin.cookie });
    expect(response.status).toBe(status);
    const body = await errorOf(response);
    expect(body.requestId).toBe(response.headers.get("x-request-id"));
    expect(JSON.stringify(body)).not.toContain("secret");
    if (status === 429) expect(response.headers.get("retry-after")).toBe("2");
  });

  it("never sends output that does not fit its schema", async () => {
    const leaky = route(
      { permission: "self.read", input: z.object({}), output: z.object({ name: z.string() }) },
      async ({ actor }) => ({ name: actor.name, passwordHash: "leaked" }),
    );
    expect(await (await call(leaky, { cookie: lin.cookie })).json()).toEqual({ name: "lin" });
  });

  it("leaves an audit row for every write, whatever came of it", async () => {
    await database.db.auditEntry.deleteMany();
    await send(lin.cookie);
    await send(omar.cookie);
    await send(lin.cookie, { count: 99 });
    const rows = await database.db.auditEntry.findMany({ orderBy: { id: "asc" } });
    expect(rows.map((row) => [row.actorName, row.action, row.outcome])).toEqual([
      ["lin", "app.edit", "allowed"],
      ["omar", "app.edit", "denied"],
      ["lin", "app.edit", "failed"],
    ]);
    expect(rows[1]).toMatchObject({ subjectKind: "app", subjectName: "checkout" });
  });
});
