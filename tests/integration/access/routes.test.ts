import { globSync } from "node:fs";
import { resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RouteHandler } from "#lib/access/route";
import {
  allows,
  isTeamPermission,
  type Permission,
  PLATFORM_PERMISSIONS,
  stricterInProduction,
  TEAM_PERMISSIONS,
  TEAM_ROLES,
} from "#lib/access/rules";
import { insertBuild } from "#lib/builds/insert-build";
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
type Guarded = Found & { permission: Permission; scope: readonly string[]; about: (typeof KINDS)[number] | undefined };
const KINDS = ["app", "build", "release", "retirement"] as const;
const guarded = found.flatMap((each): Guarded[] => {
  const { spec } = each.handler;
  if (spec?.door !== "permission") return [];
  return [{ ...each, ...spec, about: KINDS.find((kind) => spec.scope.includes(kind)) }];
});

let database: FreshDatabase;
let environments: { dev: string; prod: string };
beforeAll(async () => {
  process.env.KEPLER_URL = "http://kepler.test";
  process.env.LOG_LEVEL = "silent";
  database = await freshDatabase();
  const { db } = database;
  const cluster = await db.cluster.create({ data: { name: "test", context: "test", server: "" } });
  const environment = async (purpose: "dev" | "prod", rank: number) => {
    const place = { clusterId: cluster.id, name: purpose, namespace: `kepler-${purpose}`, domain: "localhost" };
    return (await db.environment.create({ data: { ...place, purpose, rank }, select: { id: true } })).id;
  };
  environments = { dev: await environment("dev", 0), prod: await environment("prod", 1) };
});
afterAll(() => database.drop());

const ANY_ID = "01890a5d-ac96-774b-bcce-b302099a8057";
const pathOf = (file: string) =>
  Object.fromEntries([...file.matchAll(/\[(\w+)\]/g)].map(([, name = ""]) => [name, ANY_ID]));

/** What a handler must not get as far as to complain about before it knows that the sender may write. */
const BODIES: [what: string, body: string | undefined][] = [
  ["no body", undefined],
  ["an empty object", "{}"],
  ["broken JSON", '{"reason": "a'],
  ["a list", "[]"],
  ["wrong types", '{"teamId":7,"environmentId":[],"name":{},"ref":null,"settings":"x","step":"one"}'],
  ["text that cannot be stored", '{"name":"a\\u0000b"}'],
];

describe("every handler", () => {
  it("exists", () => {
    expect(found.length).toBeGreaterThan(4);
  });

  it.each(found)("$method $file came through route()", ({ handler }) => {
    expect(handler.spec).toBeDefined();
  });

  it.each(guarded)(
    "$method $file asks for a known permission, with a scope if it is a team's",
    ({ permission, scope }) => {
      expect(Object.keys({ ...TEAM_PERMISSIONS, ...PLATFORM_PERMISSIONS })).toContain(permission);
      if (isTeamPermission(permission))
        expect(scope.some((key) => [...KINDS, "team", "ownTeams"].includes(key))).toBe(true);
    },
  );

  it.each(guarded)("$method $file answers 401 to nobody, whatever is sent", async ({ file, method, handler }) => {
    for (const [what, body] of method === "GET" ? BODIES.slice(0, 1) : BODIES) {
      const response = await call(handler, { method, params: pathOf(file), body });
      expect(response.status, what).toBe(401);
    }
  });

  it.each(found.filter(({ handler }) => handler.spec?.door === "webhook"))(
    "$method $file refuses what is not signed",
    async ({ file, method, handler }) => {
      const response = await call(handler, { method, params: pathOf(file), body: {} });
      expect(response.status).toBeGreaterThanOrEqual(400);
      expect(response.status).toBeLessThan(500);
    },
  );
});

type Owned = { teamId: string; app: string; build: string; release: string; retirement: string; inProduction: string };

/** An app of a team of the same name, with a build and a release in each environment. */
async function owned(name: string): Promise<Owned> {
  const { db } = database;
  const { id: appId, teamId } = await app(db, name, name);
  const commit = { sha: "a".repeat(40), title: "first", authorName: "lin" };
  const wanted = { appId, ref: "main", refKind: "branch", commit, trigger: "manual", requestedById: null } as const;
  const build = await db.$transaction((tx) => insertBuild(tx, { ...wanted, idempotencyKey: "first" }));
  const release = async (environmentId: string) => {
    const data = { appId, environmentId, number: 1, spec: {}, imageDigest: "sha256:0", idempotencyKey: "first" };
    return (await db.release.create({ data: { ...data, kind: "deploy" }, select: { id: true } })).id;
  };
  const [development, production] = [await release(environments.dev), await release(environments.prod)];
  const kept = { reason: "", keepVolumes: false, keepImages: false };
  const retirement = await db.retirement.create({ data: { appId, state: "done", ...kept }, select: { id: true } });
  return {
    ...{ teamId, app: name, build: build.id, release: development, inProduction: production },
    retirement: retirement.id,
  };
}

describe.each([...TEAM_ROLES, null])("somebody whose role in a team is %s", (role) => {
  let own: Owned;
  let foreign: Owned;
  let cookie: string;
  beforeAll(async () => {
    const mine = `mine-${role}`;
    own = await owned(mine);
    foreign = await owned(`theirs-${role}`);
    cookie = (await person(database.db, `is-${role}`, role === null ? {} : { [mine]: role })).cookie;
  });

  const may = (permission: Permission) =>
    allows(
      { isAdmin: false, memberships: role === null ? [] : [{ teamId: own.teamId, role }] },
      permission,
      own.teamId,
    );
  const statusOf = async ({ file, method, handler, about }: Guarded, place: Owned, sent?: string) => {
    const isRead = method === "GET";
    // What a body says to a write, a query says to a read.
    const body = isRead ? undefined : sent;
    const asked = isRead && sent?.startsWith('{"') ? JSON.parse(sent) : {};
    const path = about ? { ...pathOf(file), [about === "app" ? "app" : "id"]: place[about] } : pathOf(file);
    const response = await call(handler, { method, cookie, body, params: { ...asked, ...path } });
    await response.body?.cancel();
    return response.status;
  };

  it.each(guarded)("hears of $method $file only whether it may, whatever is sent, if it may not", async (route) => {
    for (const [what, body] of route.method === "GET" ? BODIES.slice(0, 1) : BODIES) {
      const status = await statusOf(route, own, body);
      if (route.about && role === null) expect(status, what).toBe(404);
      else if (!may(route.permission) && !route.scope.includes("ownTeams")) expect(status, what).toBe(403);
      else expect(status === 401 || status === 403, `${what}: ${status}`).toBe(false);
    }
  });

  it.each(guarded.filter(({ about }) => about))("does not find another team's: $method $file", async (route) => {
    for (const [what, body] of route.method === "GET" ? BODIES.slice(0, 1) : BODIES) {
      expect(await statusOf(route, foreign, body), what).toBe(404);
    }
  });

  const stricter = guarded.filter(({ permission }) => stricterInProduction(permission) !== permission);
  it.each(stricter)("needs more in production: $method $file", async (route) => {
    const status =
      route.about === "release"
        ? await statusOf(route, { ...own, release: own.inProduction }, "{")
        : await statusOf(route, own, JSON.stringify({ environmentId: environments.prod }));
    const refused = status === (role === null && route.about ? 404 : 403);
    expect(refused, String(status)).toBe(!may(stricterInProduction(route.permission)));
  });
});
