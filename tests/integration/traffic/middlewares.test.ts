import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { NO_TRAFFIC_RULES, type RouteTraffic } from "#lib/apps/spec/traffic-schema";
import { type AppSettings, appSettings } from "#lib/apps/spec-schema";
import { createKubernetes } from "#lib/clients/kubernetes/create-kubernetes";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { APP_LABEL } from "#lib/clusters/label-rules";
import { previewRelease } from "#lib/releases/preview/preview-release";
import { startClusterProxy } from "#tests/world/faulty-cluster";
import { killedEverywhere } from "../releases/killed-everywhere.ts";
import { ReleaseWorld, SETTINGS } from "../releases/release-world.ts";
import { manyVisits } from "./load.ts";
import { CORS, edit, MOVED } from "./rules.ts";
import { visit } from "./visit.ts";

/** Says what it was asked for, with a header of its own. */
const ECHO = `require("http").createServer((q, s) => {
  s.setHeader("x-server", "inner");
  s.end(JSON.stringify({ url: q.url, headers: q.headers }));
}).listen(8080)`;

const RULES: Record<string, [path: string, rules: Partial<RouteTraffic>]> = {
  below: ["/api.v1", { rewritePath: "/v2$1" }],
  root: ["/api", { rewritePath: "/" }],
  under: ["/", { rewritePath: "/v2/" }],
  secure: ["/", { redirect: { scheme: "https", host: null, path: null, status: 301 } }],
  moved: ["/", MOVED],
  headers: [
    "/",
    {
      headerEdits: [
        ...[edit("request", "set", "x-team", "100% pay"), edit("request", "remove", "cookie")],
        ...[edit("response", "set", "x-frame-options", "DENY"), edit("response", "remove", "x-server")],
      ],
    },
  ],
  limit: ["/", { rateLimit: { requests: 1, per: "minute", burst: 3 } }],
  retry: ["/", { retries: { attempts: 2, perTryTimeoutMs: null, on: ["connect-failure"] } }],
  cors: ["/", CORS],
};

let world: ReleaseWorld;
let gateway: string;
let ruled: string;
beforeAll(async () => {
  world = await ReleaseWorld.start();
  if (!world.world.edge) throw new Error("needs the sandbox's gateways");
  gateway = world.world.edge.traefikUrl;
  const { name } = await running((own) => [
    route(own, "plain", "/"),
    ...Object.entries(RULES).map(([rule, [path, rules]]) => route(own, rule, path, rules)),
  ]);
  ruled = name;
}, 120_000);
afterAll(() => world.stop());

const hostOf = (own: string, rule: string) => `${own}-${rule}.test`;
const route = (own: string, rule: string, path: string, rules?: Partial<RouteTraffic>) => ({
  ...{ host: hostOf(own, rule), path, pathType: "prefix" as const, port: 8080 },
  ...(rules && { traffic: { ...NO_TRAFFIC_RULES, ...rules } }),
});
const atTraefik = (routes: object[]): AppSettings =>
  appSettings.parse({ ...SETTINGS, replicas: 1, exposure: { gatewayClass: "ingress", routes } });

async function running(routesOf: (own: string) => object[]) {
  const app = await world.createApp();
  const build = await world.createBuild(app, ["node", "-e", ECHO]);
  const view = await world.drive(
    await world.request(app, { buildId: build.id, settings: atTraefik(routesOf(app.name)) }),
  );
  expect(view.state).toBe("done");
  return app;
}

const ask = (rule: string, path?: string, options?: Parameters<typeof visit>[3]) =>
  visit(gateway, hostOf(ruled, rule), path, options);
const told = ({ text }: { text: string }): { url: string; headers: Record<string, string> } => JSON.parse(text);

describe.concurrent("a route's rules at Traefik, seen by its visitors", () => {
  it("put another path in the place of the route's, as Istio's gateway does", async () => {
    const urls = async (rule: string, paths: string[]) =>
      Promise.all(paths.map(async (path) => told(await ask(rule, path)).url));
    expect(await urls("below", ["/api.v1", "/api.v1/x?y=1"])).toEqual(["/v2$1", "/v2$1/x?y=1"]);
    expect(await urls("root", ["/api", "/api/x/y"])).toEqual(["/", "/x/y"]);
    expect(await urls("under", ["/", "/x?y=1"])).toEqual(["/v2/", "/v2/x?y=1"]);
    expect((await ask("below", "/apiXv1")).status).toBe(404);
  });

  it("send visitors elsewhere: for good, and whoever posts by the same method", async () => {
    expect(await ask("moved", "/x?y=1")).toMatchObject({
      status: 301,
      headers: { location: "http://new.test/here?y=1", "cache-control": "no-store" },
    });
    expect((await ask("moved", "/x", { method: "POST" })).status).toBe(308);
    const to = `https://${hostOf(ruled, "secure")}/x?y=1`;
    expect(await ask("secure", "/x?y=1")).toMatchObject({ status: 301, headers: { location: to } });
  });

  it("write and take headers of requests and answers", async () => {
    const answer = await ask("headers", "/", { headers: { "x-team": "mine", cookie: "a=b" } });
    expect(told(answer).headers["x-team"]).toBe("100% pay");
    expect(told(answer).headers.cookie).toBeUndefined();
    expect(answer.headers["x-frame-options"]).toBe("DENY");
    expect(answer.headers["x-server"]).toBeUndefined();
  });

  it("limit requests, let pages of known origins in, and leave routes without rules alone", async () => {
    const visits = await Promise.all(["/", "/a", "/b", "/c", "/d"].map((path) => ask("limit", path)));
    expect(visits.map(({ status }) => status).sort()).toEqual([200, 200, 200, 429, 429]);
    const from = (origin: string) =>
      ask("cors", "/", { method: "OPTIONS", headers: { origin, "access-control-request-method": "PUT" } });
    expect((await from("https://shop.test")).headers).toMatchObject({
      "access-control-allow-origin": "https://shop.test",
      "access-control-allow-methods": "GET,PUT",
      "access-control-allow-credentials": "true",
      "access-control-max-age": "60",
    });
    expect((await from("https://evil.test")).headers["access-control-allow-origin"]).toBeUndefined();
    expect(told(await ask("plain", "/x")).url).toBe("/x");
    expect(told(await ask("retry", "/x")).url).toBe("/x");
  });

  it("are refused before anything is written where the cluster has no Middlewares", async () => {
    const folder = await mkdtemp(join(tmpdir(), "kepler-no-traefik-"));
    const kubeconfig = join(folder, "kubeconfig");
    const proxy = await startClusterProxy(world.world.kubernetes.kubeconfig, kubeconfig);
    const kubernetes = createKubernetes({ kubeconfig, fieldManager: "kepler" });
    const groups = (await kubernetes.apiGroups()).filter((name) => name !== "traefik.io").map((name) => ({ name }));
    const body = JSON.stringify({ kind: "APIGroupList", groups });
    proxy.trouble({ path: /^\/apis$/, fault: { status: 200, body } });
    proxy.trouble({ path: /^\/apis\/traefik\.io\//, fault: { status: 404, body: "404 page not found" } });
    const app = await world.createApp();
    const build = await world.createBuild(app, ["node", "-e", ECHO]);
    const preview = (rules?: Partial<RouteTraffic>) =>
      previewRelease(
        app.id,
        {
          ...{ environmentId: world.environmentId, kind: "deploy", buildId: build.id, restoresNumber: null },
          settings: atTraefik([route(app.name, "plain", "/", rules)]),
        },
        { signal: AbortSignal.timeout(30_000) },
        { db: world.database.db, kubernetes: () => kubernetes, now: () => new Date() },
      );
    expect((await preview({ rewritePath: "/v2" })).blockers).toContainEqual(
      expect.objectContaining({ gate: "cluster", message: expect.stringContaining("no Middlewares of Traefik") }),
    );
    expect((await preview()).blockers).toEqual([]);
    kubernetes.close();
    await proxy.stop();
    await rm(folder, { recursive: true });
  });

  it("come and go without a request lost, also with a worker that dies at every step; nothing is left of them", async () => {
    const app = await running((own) => [route(own, "plain", "/")]);
    const stop = new AbortController();
    const load = manyVisits(gateway, hostOf(app.name, "plain"), {
      ...{ count: Number.POSITIVE_INFINITY, atOnce: 1, signal: stop.signal },
    });
    const rules = { headerEdits: [edit("request", "set", "x-team", "pay")], rewritePath: "/v2" };
    for (const wanted of [rules, undefined]) {
      const settings = atTraefik([route(app.name, "plain", "/", wanted)]);
      const id = await world.request(app, { kind: "configure", settings });
      await killedEverywhere(world, id, ({ state }) => state === "done");
      const { url, headers } = told(await visit(gateway, hostOf(app.name, "plain"), "/x"));
      expect([url, headers["x-team"]]).toEqual(wanted ? ["/v2/x", "pay"] : ["/x", undefined]);
    }
    stop.abort();
    expect([...(await load).keys()].filter((answer) => !answer.startsWith("200 "))).toEqual([]);
    const lists = await Promise.all(
      [KINDS.middleware, KINDS.ingress].map((kind) =>
        world.kubernetes.list(kind, "kepler-dev", { labelSelector: `${APP_LABEL}=${app.id}` }),
      ),
    );
    expect(lists.map(({ items }) => items.map(({ metadata }) => metadata.name))).toEqual([[], [app.name]]);
  }, 60_000);
});
