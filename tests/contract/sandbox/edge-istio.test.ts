import { createHash, randomBytes } from "node:crypto";
import { request } from "node:http";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { deployment, type EdgeGround, istio, SUBSETS, service, startEdgeGround, tally, visit } from "./edge-ground.ts";
import { until } from "./kubernetes-ground.ts";

let ground: EdgeGround;
let url: string;
beforeAll(async () => {
  ground = await startEdgeGround();
  url = ground.cluster.istioUrl;
});
afterAll(() => ground.stop());

const to = (subset?: string, weight?: number) => ({ destination: { host: "web", subset }, weight });
const rule = (trafficPolicy: object, subsets: object[] = SUBSETS) =>
  ground.apply(istio("DestinationRule", "web", { host: "web", subsets, trafficPolicy }));
beforeEach(async () => {
  await rule({});
});

describe("Istio's gateway, requests through it:", () => {
  it("splits by weight", async () => {
    await ground.route([{ route: [to("v1", 80), to("v2", 20)] }]);
    const counts = await tally(10_000, async () => (await visit(url)).body.version);
    expect((counts.v1 ?? 0) + (counts.v2 ?? 0)).toBe(10_000);
    // Five standard deviations of 10,000 draws.
    expect(Math.abs((counts.v2 ?? 0) / 10_000 - 0.2)).toBeLessThan(0.02);
  }, 120_000);

  it("takes weights as relative, and none for zero", async () => {
    await ground.route([{ route: [to("v1", 0), to("v2", 3)] }]);
    expect(await tally(50, async () => (await visit(url)).body.version)).toEqual({ v2: 50 });
  });

  it("matches headers, first match wins", async () => {
    await ground.route([
      { match: [{ headers: { "x-canary": { exact: "yes" } } }], route: [to("v2")] },
      { route: [to("v1")] },
    ]);
    expect((await visit(url, { headers: { "X-Canary": "yes" } })).body.version).toBe("v2");
    expect((await visit(url, { headers: { "x-canary": "no" } })).body.version).toBe("v1");
  });

  it("cuts off after the timeout", async () => {
    await ground.route([{ timeout: "0.2s", route: [to()] }]);
    const late = await visit(url, { path: "/slow?ms=5000" });
    expect([late.status, late.text]).toEqual([504, "upstream request timeout"]);
    expect((await visit(url, { path: "/slow?ms=1" })).status).toBe(200);
  });

  it("retries what it is told to, as often as it is told", async () => {
    const retries = { attempts: 2, retryOn: "5xx" };
    await ground.route([{ retries, route: [to("v1")] }]);
    const tried = await visit(url, { path: "/flaky?key=a&fails=2" });
    expect([tried.status, tried.body.seen, tried.body.headers["x-envoy-attempt-count"]]).toEqual([200, 3, "3"]);
    expect((await visit(url, { path: "/flaky?key=b&fails=3" })).status).toBe(503);
    expect((await visit(url, { path: "/seen?key=b" })).body.seen).toBe(3);
    await ground.route([{ route: [to("v1")] }]);
    expect((await visit(url, { path: "/flaky?key=c&fails=1" })).status).toBe(503);
  });

  it("sends a body again with a retry, after a broken connection too", async () => {
    await ground.route([{ retries: { attempts: 1, retryOn: "reset" }, route: [to("v1")] }]);
    const body = randomBytes(200_000);
    const ask = { path: "/flaky?key=d&fails=1&how=drop", method: "POST", body };
    const { status, body: told } = await visit(url, ask);
    expect([status, told.size, told.sha]).toEqual([200, body.length, createHash("sha256").update(body).digest("hex")]);
  });

  it("gives each try its own time", async () => {
    await ground.route([{ retries: { attempts: 2, perTryTimeout: "0.1s", retryOn: "5xx" }, route: [to("v1")] }]);
    expect((await visit(url, { path: "/slow?ms=3000&key=e" })).status).toBe(504);
    expect((await visit(url, { path: "/seen?key=e" })).body.seen).toBe(3);
  });

  it("injects faults: an abort for a share, a delay for all", async () => {
    await ground.route([{ fault: { abort: { httpStatus: 418, percentage: { value: 30 } } }, route: [to()] }]);
    const counts = await tally(1000, async () => String((await visit(url)).status));
    expect(Math.abs((counts["418"] ?? 0) / 1000 - 0.3)).toBeLessThan(0.075);
    expect((counts["418"] ?? 0) + (counts["200"] ?? 0)).toBe(1000);
    await ground.route([{ fault: { delay: { fixedDelay: "0.3s", percentage: { value: 100 } } }, route: [to()] }]);
    const began = performance.now();
    expect((await visit(url)).status).toBe(200);
    expect(performance.now() - began).toBeGreaterThanOrEqual(300);
    await ground.route([{ fault: { abort: { httpStatus: 500, percentage: { value: 100 } } }, route: [to()] }]);
    expect((await visit(url)).text).toBe("fault filter abort");
  });

  it("mirrors a share, with the body, and nobody waits for it", async () => {
    const mirrors = [{ destination: { host: "web", subset: "v2" }, percentage: { value: 50 } }];
    await ground.route([
      { match: [{ headers: { "x-look": {} } }], route: [to("v2")] },
      { mirrors, route: [to("v1")] },
    ]);
    const ask = { path: "/slow?ms=1&key=mirror", method: "POST", body: "shadow" };
    expect(await tally(200, async () => (await visit(url, ask)).body.version)).toEqual({ v1: 200 });
    const shadows = async () =>
      (await visit(url, { path: "/seen?key=mirror", headers: { "x-look": "1" } })).body.seen as number;
    await until(async () => (await shadows()) > 60);
    expect(await shadows()).toBeLessThan(140);
  });
});

describe("Istio's gateway, what it changes and answers:", () => {
  it("rewrites path and host", async () => {
    await ground.route([
      { match: [{ uri: { prefix: "/api/" } }], rewrite: { uri: "/", authority: "inner" }, route: [to()] },
    ]);
    const { body } = await visit(url, { path: "/api/x?y=1" });
    expect([body.url, body.headers.host]).toEqual(["/x?y=1", "inner"]);
  });

  it("redirects and answers by itself", async () => {
    await ground.route([
      { match: [{ uri: { exact: "/old" } }], redirect: { uri: "/new", redirectCode: 302 } },
      { directResponse: { status: 503, body: { string: "closed" } } },
    ]);
    const moved = await visit(url, { path: "/old?a=b" });
    expect([moved.status, moved.headers.location]).toEqual([302, "http://web.test/new?a=b"]);
    const closed = await visit(url);
    expect([closed.status, closed.text, closed.headers.server]).toEqual([503, "closed", "istio-envoy"]);
  });

  it("answers preflights of known origins and marks answers for them", async () => {
    const corsPolicy = {
      allowOrigins: [{ exact: "https://shop.test" }, { regex: "https://.*\\.dev" }],
      allowMethods: ["GET", "PUT"],
      allowHeaders: ["x-a"],
      exposeHeaders: ["x-b"],
      maxAge: "1h",
      allowCredentials: true,
    };
    await ground.route([{ corsPolicy, route: [to()] }]);
    const preflight = (origin: string) =>
      visit(url, { method: "OPTIONS", headers: { origin, "access-control-request-method": "PUT" } });
    const asked = await preflight("https://shop.test");
    expect(asked.status).toBe(200);
    expect(asked.text).toBe("");
    expect(asked.headers).toMatchObject({
      "access-control-allow-origin": "https://shop.test",
      "access-control-allow-methods": "GET,PUT",
      "access-control-allow-headers": "x-a",
      "access-control-max-age": "3600",
      "access-control-allow-credentials": "true",
    });
    expect((await preflight("https://x.dev")).headers["access-control-allow-origin"]).toBe("https://x.dev");
    const foreign = await preflight("https://evil.test");
    expect([foreign.body.method, foreign.headers["access-control-allow-origin"]]).toEqual(["OPTIONS", undefined]);
    const real = await visit(url, { headers: { origin: "https://shop.test" } });
    expect(real.headers).toMatchObject({
      "access-control-allow-origin": "https://shop.test",
      "access-control-expose-headers": "x-b",
    });
  });

  it("edits headers in both directions, for the route and for a destination", async () => {
    await ground.route([
      {
        headers: { request: { set: { "x-set": "1" }, remove: ["x-secret"] }, response: { remove: ["x-pod"] } },
        route: [{ ...to(), headers: { request: { add: { "x-more": "b" } }, response: { set: { "x-to": "web" } } } }],
      },
    ]);
    const { body, headers } = await visit(url, {
      headers: { "x-secret": "s", "x-more": "a", connection: "close, x-hop", "x-hop": "h" },
    });
    expect(body.headers).toMatchObject({ "x-set": "1", "x-more": "a, b", "x-forwarded-proto": "http" });
    expect(body.headers).not.toHaveProperty("x-secret");
    expect(body.headers, "a header of this connection alone").not.toHaveProperty("x-hop");
    expect(body.headers["x-forwarded-for"]).toBe("127.0.0.1");
    expect([headers["x-to"], headers["x-pod"], headers.server]).toEqual(["web", undefined, "istio-envoy"]);
    expect(headers["set-cookie"]).toEqual(["a=1", "b=2"]);
  });

  it("says as Envoy does what is missing: a route, a subset, a Service, pods", async () => {
    await ground.route([
      { match: [{ uri: { exact: "/subset" } }], route: [to("gone")] },
      { match: [{ uri: { exact: "/service" } }], route: [{ destination: { host: "gone" } }] },
      { match: [{ uri: { exact: "/pods" } }], route: [to("none")] },
    ]);
    const answers = ["/nothing", "/subset", "/service", "/pods"].map(async (path) => {
      const { status, text } = await visit(url, { path });
      return [status, text];
    });
    expect(await Promise.all(answers)).toEqual([
      [404, ""],
      [503, ""],
      [503, ""],
      [503, "no healthy upstream"],
    ]);
    expect((await visit(url, { host: "unknown.test" })).status).toBe(404);
  });

  it("streams: the first words come before the last are said", async () => {
    await ground.route([{ route: [to()] }]);
    const times: number[] = [];
    await new Promise<void>((resolve) => {
      request(`${url}/stream?ms=500`, { headers: { host: "web.test" } }, (answer) => {
        answer.on("data", () => times.push(performance.now())).on("end", resolve);
      }).end();
    });
    expect(times).toHaveLength(2);
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(300);
  });

  it("passes a large upload through whole, chunked or not", async () => {
    await ground.route([{ route: [to()] }]);
    const body = randomBytes(5_000_000);
    const sha = createHash("sha256").update(body).digest("hex");
    for (const headers of [{ "content-length": String(body.length) }, { "transfer-encoding": "chunked" }])
      expect((await visit(url, { method: "PUT", body, headers })).body).toMatchObject({ size: body.length, sha });
  });
});

describe("Istio's DestinationRule:", () => {
  it("keeps a user on one pod by a header's hash", async () => {
    await ground.apply(deployment(ground.image, "many-v1", "v1", 4));
    await ground.apply(service("many", { app: "many" }));
    await ground.apply(
      istio("DestinationRule", "many", {
        host: "many",
        trafficPolicy: { loadBalancer: { consistentHash: { httpHeaderName: "x-user" } } },
      }),
    );
    await ground.route([{ route: [{ destination: { host: "many" } }] }]);
    const podOf = async (user: string) => (await visit(url, { headers: { "x-user": user } })).body.pod as string;
    await until(async () => (await visit(url)).status === 200);
    await until(async () => {
      const { body } = await ground.call("GET", "/apis/apps/v1/namespaces/default/deployments/many-v1");
      return body.status.readyReplicas === 4;
    });
    const users = Array.from({ length: 12 }, (_each, index) => `user-${index}`);
    const first = await Promise.all(users.map(podOf));
    expect(new Set(first).size).toBeGreaterThan(1);
    expect(await Promise.all(users.map(podOf))).toEqual(first);
  });

  it("takes turns with ROUND_ROBIN", async () => {
    await rule({ loadBalancer: { simple: "ROUND_ROBIN" } });
    await ground.route([{ route: [to()] }]);
    const seen = [];
    for (let turn = 0; turn < 6; turn += 1) seen.push((await visit(url)).body.version as string);
    expect(seen.slice(2)).toEqual(seen.slice(0, 4));
    expect(seen[0]).not.toBe(seen[1]);
  });

  it("turns away what the connection pool has no place for", async () => {
    await rule({ connectionPool: { tcp: { maxConnections: 1 }, http: { http1MaxPendingRequests: 1 } } });
    await ground.route([{ route: [to()] }]);
    const all = await Promise.all(Array.from({ length: 5 }, () => visit(url, { path: "/slow?ms=200" })));
    expect(all.map(({ status }) => status).sort()).toEqual([200, 200, 503, 503, 503]);
    const refused = all.find(({ status }) => status === 503);
    expect(refused?.headers["x-envoy-overloaded"]).toBe("true");
    expect(refused?.text).toContain("overflow");
  });

  it("sets a failing pod aside, and takes it back", async () => {
    const outlierDetection = { consecutive5xxErrors: 3, baseEjectionTime: "1s", maxEjectionPercent: 50 };
    await rule({ outlierDetection });
    await ground.route([{ route: [to("v1")] }]);
    const codes = [];
    for (let turn = 0; turn < 4; turn += 1) codes.push((await visit(url, { path: "/status?code=500" })).status);
    expect(codes, "the only pod of its subset is ejected after three errors").toEqual([500, 500, 500, 503]);
    await until(async () => (await visit(url, { path: "/status?code=200" })).status === 200);
  });
});
