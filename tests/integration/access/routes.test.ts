import { globSync } from "node:fs";
import { resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RouteHandler } from "#lib/access/route";
import { allows, isTeamPermission, PLATFORM_PERMISSIONS, TEAM_PERMISSIONS, TEAM_ROLES } from "#lib/access/rules";
import { type FreshDatabase, freshDatabase } from "#tests/world/postgres";
import { app, call, person } from "./world.ts";

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const;
/** Files whose handlers are not ours, each with the reason. */
const NOT_OURS: Record<string, string> = {
  "app/api/auth/[...nextauth]/route.ts": "next-auth's own handlers: sign-in, sign-out, csrf",
};

type Found = { file: string; method: string; handler: RouteHandler };
const files = globSync("app/**/route.ts").filter((file) => !(file in NOT_OURS));
const found: Found[] = [];
for (const file of files) {
  const exported: Record<string, RouteHandler> = await import(/* @vite-ignore */ resolve(file));
  for (const method of METHODS) {
    const handler = exported[method];
    if (handler !== undefined) found.push({ file, method, handler });
  }
}
const guarded = found.filter(({ handler }) => handler.spec?.door === "permission");

let database: FreshDatabase;
beforeAll(async () => {
  process.env.KEPLER_URL = "http://kepler.test";
  process.env.LOG_LEVEL = "silent";
  database = await freshDatabase();
});
afterAll(() => database.drop());

const ANY_ID = "01890a5d-ac96-774b-bcce-b302099a8057";
const params = (file: string) =>
  Object.fromEntries([...file.matchAll(/\[(\w+)\]/g)].map(([, name = ""]) => [name, ANY_ID]));

describe("every handler", () => {
  it("exists", () => {
    expect(found.length).toBeGreaterThan(4);
  });

  it.each(found)("$method $file came through route()", ({ handler }) => {
    expect(handler.spec).toBeDefined();
  });

  it.each(guarded)("$method $file asks for a known permission, with a scope if it is a team's", ({ handler }) => {
    if (handler.spec.door !== "permission") return;
    const { permission, scope } = handler.spec;
    expect(Object.keys({ ...TEAM_PERMISSIONS, ...PLATFORM_PERMISSIONS })).toContain(permission);
    if (isTeamPermission(permission)) expect(scope.some((key) => ["app", "team", "ownTeams"].includes(key))).toBe(true);
  });

  it.each(guarded)("$method $file answers 401 to nobody", async ({ file, method, handler }) => {
    const response = await call(handler, { method, params: params(file) });
    expect(response.status).toBe(401);
  });

  it.each(found.filter(({ handler }) => handler.spec?.door === "webhook"))(
    "$method $file refuses what is not signed",
    async ({ file, method, handler }) => {
      const response = await call(handler, { method, params: params(file), body: {} });
      expect(response.status).toBeGreaterThanOrEqual(400);
      expect(response.status).toBeLessThan(500);
    },
  );
});

describe.each(TEAM_ROLES)("a %s", (role) => {
  it("gets no further than the table allows, in an own team or another", async () => {
    const [mine, theirs] = [`mine-${role}`, `theirs-${role}`];
    const actor = await person(database.db, role, { [mine]: role });
    const teamId = (await app(database.db, mine, mine)).teamId;
    await app(database.db, theirs, theirs);
    const subject = { isAdmin: false, memberships: [{ teamId, role }] };
    for (const { file, method, handler } of guarded) {
      if (handler.spec.door !== "permission") continue;
      const { permission, scope } = handler.spec;
      const read = method === "GET";
      const statusFor = async (name: string) => {
        const sent = { method, cookie: actor.cookie, body: read ? undefined : {} };
        const response = await call(handler, { ...sent, params: { ...params(file), app: name } });
        await response.body?.cancel();
        return response.status;
      };
      const what = `${role}: ${method} ${file}`;
      const may = allows(subject, permission, teamId);
      // An empty body or query is refused by some before it is known what they are about; nothing gets through to a success.
      if (!may && !scope.includes("ownTeams")) expect([403, 422], what).toContain(await statusFor(mine));
      if (scope.includes("app")) expect([404, 422], what).toContain(await statusFor(theirs));
      if (may && scope.includes("app") && read) expect([401, 403], what).not.toContain(await statusFor(mine));
    }
  });
});
