import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { NO_TRAFFIC_RULES, type RouteTraffic } from "#lib/apps/spec/traffic-schema";
import { type AppSettings, appSettings } from "#lib/apps/spec-schema";
import { planRelease } from "#lib/releases/plan/plan-release";
import { waitFor } from "#tests/world/wait-for";
import { ReleaseWorld, SETTINGS } from "../releases/release-world.ts";
import { CORS, edit, MOVED } from "./rules.ts";
import { type Visit, visit } from "./visit.ts";

/** Says what it was asked; is late, failing twice, or counts, where the path says so (the sandbox maps words like "/seen"). */
const SERVER = `
  const seen = {};
  require("http").createServer((q, s) => {
    const url = new URL(q.url, "http://x");
    const what = url.pathname.slice(1);
    const key = url.searchParams.get("key") ?? q.url;
    const say = (status) => {
      s.writeHead(status, { "x-server": "inner" });
      s.end(JSON.stringify({ url: q.url, method: q.method, seen: seen[key], headers: q.headers }));
    };
    if (what === "seen") return say(200);
    seen[key] = (seen[key] ?? 0) + 1;
    if (what === "slow") return setTimeout(() => say(200), Number(url.searchParams.get("ms")));
    if (what === "flaky") return say(seen[key] <= 2 ? 503 : 200);
    say(200);
  }).listen(8080);`;

const RULES: Record<string, Partial<RouteTraffic>> = {
  plain: {},
  timeout: { timeoutMs: 3_000 },
  retries: { retries: { attempts: 3, perTryTimeoutMs: null, on: ["5xx"] } },
  hasty: { retries: { attempts: 3, perTryTimeoutMs: 300, on: ["5xx"] } },
  fewer: { retries: { attempts: 1, perTryTimeoutMs: null, on: ["5xx"] } },
  rewrite: { rewritePath: "/v2" },
  secure: { redirect: { scheme: "https", host: null, path: null, status: 301 }, rewritePath: "/v2" },
  moved: MOVED,
  headers: {
    headerEdits: [
      ...[edit("request", "set", "x-team", "100% pay"), edit("request", "add", "x-step", "two")],
      ...[edit("request", "remove", "cookie"), edit("response", "set", "x-frame-options", "DENY")],
      edit("response", "remove", "x-server"),
    ],
  },
  limit: { rateLimit: { requests: 1, per: "minute", burst: 3 }, rewritePath: "/v2" },
  abort: { fault: { delay: null, abort: { percent: 50, status: 418 } } },
  delay: { fault: { delay: { percent: 100, ms: 150 }, abort: null } },
  cors: CORS,
};

const MOBILE = { name: "user-agent", match: "regex", value: ".*Mobile.*" } as const;

let world: ReleaseWorld;
let app: Awaited<ReturnType<ReleaseWorld["createApp"]>>;
let name: string;
let istioUrl: string;
beforeAll(async () => {
  world = await ReleaseWorld.start();
  if (!world.world.edge) throw new Error("needs the sandbox's gateways");
  ({ istioUrl } = world.world.edge);
  app = await world.createApp();
  ({ name } = app);
  const build = await world.createBuild(app, ["node", "-e", SERVER]);
  const view = await world.drive(await world.request(app, { buildId: build.id, settings: settings() }));
  expect(view.state).toBe("done");
}, 120_000);
afterAll(() => world.stop());

const hostOf = (rule: string) => `${name}-${rule}.test`;
const ruled = (change: Partial<RouteTraffic>): RouteTraffic => ({ ...NO_TRAFFIC_RULES, ...change });

/** One host for each rule, and two with a choice between routes. */
function settings(): AppSettings {
  const route = (rule: string, traffic: Partial<RouteTraffic>, path = "/") => ({
    ...{ host: hostOf(rule), path, pathType: "prefix" as const, port: 8080 },
    traffic: ruled(traffic),
  });
  return appSettings.parse({
    // Limits are counted by the pods' sidecars.
    ...{ ...SETTINGS, replicas: 1, meshMode: "mesh" },
    exposure: {
      gatewayClass: "istio",
      routes: [
        ...Object.entries(RULES).map(([rule, traffic]) => route(rule, traffic, rule === "rewrite" ? "/api" : "/")),
        route("mirror", { mirror: { service: name, port: 8080, percent: 100 } }),
        // Written last, asked first: it wants more.
        route("canary", {}),
        route("canary", {
          methods: ["GET"],
          headers: [{ name: "x-canary", match: "exact", value: "yes" }],
          rewritePath: "/new",
        }),
        route("canary", { query: [{ name: "beta", match: "exact", value: "1" }], rewritePath: "/beta" }),
        route("canary", { query: [{ name: "id", match: "regex", value: "[0-9]+" }], rewritePath: "/number" }),
        route("pattern", { pathRegex: "orders/[0-9]+|v[12]", headers: [MOBILE] }, "/a.i"),
        route("pattern", { headers: [{ name: "x-team", match: "prefix", value: "pay" }], rewritePath: "/team" }),
      ],
    },
  });
}
const ask = (rule: string, path?: string, options?: Parameters<typeof visit>[3]): Promise<Visit> =>
  visit(istioUrl, hostOf(rule), path, options);
type Told = { url: string; method: string; seen: number; headers: Record<string, string> };
const told = ({ text }: Visit): Told => JSON.parse(text);

describe.concurrent("a route's rules, seen by visitors at the gateway", () => {
  it("cuts off what takes too long", async () => {
    expect((await ask("timeout", "/slow?ms=60000")).status).toBe(504);
    expect((await ask("timeout", "/slow?ms=1")).status).toBe(200);
  });

  it("tries again as often as it is told, and no more", async () => {
    expect(told(await ask("retries", "/flaky?key=a"))).toMatchObject({ seen: 3 });
    expect((await ask("fewer", "/flaky?key=b")).status).toBe(503);
    expect(told(await ask("plain", "/seen?key=b"))).toMatchObject({ seen: 2 });
    expect((await ask("hasty", "/slow?ms=2000&key=c")).status).toBe(504);
    expect(told(await ask("plain", "/seen?key=c"))).toMatchObject({ seen: 4 });
  });

  it("puts another path in the place of its own", async () => {
    expect(told(await ask("rewrite", "/api/x?y=1")).url).toBe("/v2/x?y=1");
    expect((await ask("rewrite", "/other")).status).toBe(404);
  });

  it("sends visitors elsewhere, and to https those alone who come without", async () => {
    const moved = await ask("moved", "/x?y=1", { method: "POST" });
    expect(moved).toMatchObject({ status: 308, headers: { location: "http://new.test/here?y=1" } });
    expect(moved.headers["cache-control"]).toBe("no-store");
    const plain = await ask("secure", "/x?y=1");
    expect(plain).toMatchObject({ status: 301, headers: { location: `https://${hostOf("secure")}/x?y=1` } });
  });

  it("writes headers into requests and answers", async () => {
    const sent = { "x-team": "mine", "x-step": "one", cookie: "a=b" };
    const answer = await ask("headers", "/x", { headers: sent });
    expect(told(answer).headers).toMatchObject({ "x-team": "100% pay", "x-step": "one, two" });
    expect(told(answer).headers.cookie).toBeUndefined();
    expect(answer.headers["x-frame-options"]).toBe("DENY");
    expect(answer.headers["x-server"]).toBeUndefined();
  });

  it("takes as many requests as the limit says, and answers the rest with 429", async () => {
    const visits = await Promise.all(["/", "/a", "/b", "/c", "/d"].map((path) => ask("limit", path)));
    expect(visits.map(({ status }) => status).sort()).toEqual([200, 200, 200, 429, 429]);
    expect((await ask("plain", "/x")).status).toBe(200);
    const { environmentId } = world;
    const intent = { environmentId, kind: "configure" as const, buildId: null, settings: null, restoresNumber: null };
    const leaving = planRelease(world.database.db, app.id, { ...intent, meshMode: "normal" }, new Date());
    await expect(leaving).rejects.toMatchObject({
      code: "invalid",
      message: expect.stringContaining("The sidecars count the limits"),
    });
  });

  it("lets a share fail on purpose, and another wait", async () => {
    const codes = await Promise.all(Array.from({ length: 1_000 }, async () => (await ask("abort")).status));
    const failed = codes.filter((code) => code === 418).length;
    expect(codes.filter((code) => code === 200)).toHaveLength(1_000 - failed);
    // Six standard deviations of a fair coin: wrong once in a billion runs.
    expect(Math.abs(failed - 500)).toBeLessThan(95);
    const from = performance.now();
    expect((await ask("delay")).status).toBe(200);
    expect(performance.now() - from).toBeGreaterThanOrEqual(150);
  });

  it("copies requests to another service, whose answers nobody sees", async () => {
    expect((await ask("mirror", "/x?key=mirror")).status).toBe(200);
    await waitFor("the copy", async () => told(await ask("plain", "/seen?key=mirror")).seen === 2);
  });

  it("answers the questions of browsers from known pages, and marks answers for them", async () => {
    const preflight = (origin: string) =>
      ask("cors", "/", { method: "OPTIONS", headers: { origin, "access-control-request-method": "PUT" } });
    expect((await preflight("https://shop.test")).headers).toMatchObject({
      "access-control-allow-origin": "https://shop.test",
      "access-control-allow-methods": "GET,PUT",
      "access-control-allow-credentials": "true",
      "access-control-max-age": "60",
    });
    expect((await preflight("https://evil.test")).headers["access-control-allow-origin"]).toBeUndefined();
  });

  it("takes those with its header and method, before a route that asks less", async () => {
    const canary = { headers: { "x-canary": "yes" } };
    expect(told(await ask("canary", "/x", canary)).url).toBe("/new/x");
    expect(told(await ask("canary", "/x", { ...canary, method: "POST" })).url).toBe("/x");
    expect(told(await ask("canary", "/x", { headers: { "x-canary": "no" } })).url).toBe("/x");
    expect(told(await ask("canary", "/x?a=b&beta=1")).url).toBe("/beta/x?a=b&beta=1");
    expect(told(await ask("canary", "/x?beta=10")).url).toBe("/x?beta=10");
    expect(told(await ask("canary", "/x?id=42")).url).toBe("/number/x?id=42");
    expect(told(await ask("canary", "/x?id=4x")).url).toBe("/x?id=4x");
    expect(told(await ask("pattern", "/x", { headers: { "x-team": "payments" } })).url).toBe("/team/x");
    expect((await ask("pattern")).status).toBe(404);
  });

  it("takes what fits its expression below its path as a whole, and nothing beside that path", async () => {
    const mobile = { headers: { "user-agent": "A Mobile phone" } };
    expect(told(await ask("pattern", "/a.i/orders/42?x=1", mobile)).url).toBe("/a.i/orders/42?x=1");
    expect(told(await ask("pattern", "/a.i/v2", mobile)).url).toBe("/a.i/v2");
    expect((await ask("pattern", "/a.i/v2")).status).toBe(404);
    const others = ["/a.i", "/a.i/", "/a.i/orders/4x", "/a.i/v2/x", "/a.i/x/v2", "/abi/v2", "/v2"];
    const answers = await Promise.all(others.map((path) => ask("pattern", path, mobile)));
    expect(answers.map(({ status }) => status)).toEqual(others.map(() => 404));
  });
});
