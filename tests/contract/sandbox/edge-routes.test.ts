import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { durationMs } from "#sandbox/kubernetes/duration";
import { ingressRoutes, type Middlewares } from "#sandbox/kubernetes/network/ingress-routes";
import { gatewaySpec, virtualServiceSpec } from "#sandbox/kubernetes/network/istio-objects";
import { gatewayRoutes, meshRoutes } from "#sandbox/kubernetes/network/istio-routes";
import { middlewareSpec } from "#sandbox/kubernetes/network/middlewares";
import { type EdgeRequest, type Plan } from "#sandbox/kubernetes/network/plan";
import { type Ingress } from "#sandbox/kubernetes/objects";

const ask = (url: string, headers: Record<string, string> = {}, method = "GET"): EdgeRequest => {
  const { protocol, hostname, host, pathname, search } = new URL(url);
  const scheme = protocol === "https:" ? "https" : "http";
  return { method, scheme, host: hostname, path: pathname, search, headers: { host, ...headers } };
};
const named = <S>(name: string, spec: S, namespace = "dev") => ({ namespace, name, spec });
const gateway = (yaml = "servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: ['*'] }]") =>
  named("gw", gatewaySpec.parse({ selector: { istio: "ingressgateway" }, ...parse(yaml) }));
const virtualService = (yaml: string, name = "vs", namespace = "dev") =>
  named(name, virtualServiceSpec.parse({ gateways: ["gw"], ...parse(yaml) }), namespace);
const targets = (plan: Plan | undefined) =>
  plan?.targets.map(({ namespace, service, subset }) => [namespace, service, subset].filter(Boolean).join("/"));

describe("a VirtualService at the gateway", () => {
  const shop = gatewayRoutes(
    [gateway()],
    [
      virtualService(`
hosts: [shop.example.com]
http:
  - match: [{ uri: { exact: /exact } }, { uri: { prefix: /pre } }, { uri: { regex: "/v[0-9]+/.*" } }]
    route: [{ destination: { host: path } }]
  - match: [{ headers: { x-user: { exact: ann } }, method: { exact: POST } }]
    route: [{ destination: { host: both } }]
  - match: [{ headers: { x-kind: { prefix: be } } }, { headers: { x-kind: { regex: "a|b" } } }]
    route: [{ destination: { host: header } }]
  - match: [{ headers: { x-there: {} } }]
    route: [{ destination: { host: present } }]
  - match: [{ queryParams: { debug: { exact: "1" } } }]
    route: [{ destination: { host: query } }]
  - match: [{ withoutHeaders: { cookie: {} }, uri: { exact: /ANY }, ignoreUriCase: true }]
    route: [{ destination: { host: without } }]
  - route: [{ destination: { host: rest.other.svc.cluster.local, subset: v1 } }]
`),
    ],
  );
  it.each([
    ["an exact path", ask("http://shop.example.com/exact"), "dev/path"],
    ["no more than an exact path", ask("http://shop.example.com/exact/"), "other/rest/v1"],
    ["a prefix, also of a word", ask("http://shop.example.com/prefix"), "dev/path"],
    ["a whole regular expression", ask("http://shop.example.com/v12/x"), "dev/path"],
    ["not a part of one", ask("http://shop.example.com/x/v12/x"), "other/rest/v1"],
    ["all conditions of one match", ask("http://shop.example.com/", { "x-user": "ann" }, "POST"), "dev/both"],
    ["not only one of them", ask("http://shop.example.com/", { "x-user": "ann" }), "other/rest/v1"],
    ["a header's prefix", ask("http://shop.example.com/", { "x-kind": "beta" }), "dev/header"],
    ["any of several matches", ask("http://shop.example.com/", { "x-kind": "a" }), "dev/header"],
    [
      "a regular expression over the whole header",
      ask("http://shop.example.com/", { "x-kind": "ab" }),
      "other/rest/v1",
    ],
    ["a header that is there, empty too", ask("http://shop.example.com/", { "x-there": "" }), "dev/present"],
    ["a query parameter", ask("http://shop.example.com/?a=b&debug=1"), "dev/query"],
    ["a header that is not there, a path in any case", ask("http://shop.example.com/any"), "dev/without"],
    ["the first route that fits", ask("http://shop.example.com/exact", { "x-there": "1" }), "dev/path"],
  ])("matches %s", (_what, request, wanted) => {
    expect(targets(shop(request))).toEqual([wanted]);
  });

  it("belongs to the most exact host, whose routes alone count", () => {
    const to = (host: string, hosts: string) =>
      virtualService(
        `{ hosts: ['${hosts}'], http: [{ match: [{ uri: { prefix: /${host} } }], route: [{ destination: { host: ${host} } }] }] }`,
        host,
      );
    const routes = gatewayRoutes(
      [gateway()],
      [to("all", "*"), to("wild", "*.example.com"), to("one", "a.example.com")],
    );
    expect(targets(routes(ask("http://a.example.com/one")))).toEqual(["dev/one"]);
    expect(routes(ask("http://a.example.com/wild"))).toBeUndefined();
    expect(targets(routes(ask("http://b.c.example.com/wild")))).toEqual(["dev/wild"]);
    expect(targets(routes(ask("http://elsewhere.org/all")))).toEqual(["dev/all"]);
  });

  it("adds its routes behind those of an older one for the same host", () => {
    const routes = gatewayRoutes(
      [gateway()],
      [
        virtualService(
          "{ hosts: [a.b], http: [{ match: [{ uri: { exact: /x } }], route: [{ destination: { host: old } }] }] }",
        ),
        virtualService("{ hosts: [a.b], http: [{ route: [{ destination: { host: new } }] }] }", "vs2"),
      ],
    );
    expect(targets(routes(ask("http://a.b/x")))).toEqual(["dev/old"]);
    expect(targets(routes(ask("http://a.b/y")))).toEqual(["dev/new"]);
  });

  it("is not heard when no Gateway of ours lets its host or namespace in", () => {
    const route = "http: [{ route: [{ destination: { host: web } }] }]";
    const only = gateway("servers: [{ port: { number: 80, protocol: HTTP }, hosts: ['./*.example.com'] }]");
    const foreign = named("gw", { ...gateway().spec, selector: { istio: "egressgateway" } });
    const visit = (gateways: ReturnType<typeof gateway>[], host: string, namespace = "dev") =>
      gatewayRoutes(gateways, [virtualService(`{ gateways: [dev/gw], hosts: [${host}], ${route} }`, "vs", namespace)])(
        ask(`http://${host}/`),
      );
    expect(targets(visit([only], "a.example.com"))).toEqual(["dev/web"]);
    expect(visit([only], "example.org")).toBeUndefined();
    expect(visit([only], "a.example.com", "prod")).toBeUndefined();
    expect(visit([foreign], "a.example.com")).toBeUndefined();
  });

  it("is sent to https where the Gateway says so", () => {
    const tls = "{ httpsRedirect: true }";
    const routes = gatewayRoutes(
      [
        gateway(
          `servers: [{ port: { number: 80, protocol: HTTP }, hosts: ['*'], tls: ${tls} }, { port: { number: 443, protocol: HTTPS }, hosts: ['*'], tls: { mode: SIMPLE, credentialName: c } }]`,
        ),
      ],
      [virtualService("{ hosts: [a.b], http: [{ route: [{ destination: { host: web } }] }] }")],
    );
    expect(routes(ask("http://a.b/x?y"))?.answer).toEqual({ status: 301, headers: { location: "https://a.b/x?y" } });
    expect(targets(routes(ask("https://a.b/x")))).toEqual(["dev/web"]);
  });
});

describe("what a VirtualService's route asks for", () => {
  const planOf = (route: string, url = "http://a.b/old/page?q=1") =>
    gatewayRoutes([gateway()], [virtualService(`{ hosts: [a.b], http: [${route}] }`)])(ask(url));
  const to = "route: [{ destination: { host: web } }]";

  it.each([
    ["the prefix that matched", `match: [{ uri: { prefix: /old } }], rewrite: { uri: /new }`, "/new/page?q=1"],
    ["the slash that a prefix left", `match: [{ uri: { prefix: /old/ } }], rewrite: { uri: / }`, "/page?q=1"],
    ["an exact path as a whole", `match: [{ uri: { exact: /old/page } }], rewrite: { uri: /n }`, "/n?q=1"],
    [
      "what a regular expression says",
      `rewrite: { uriRegexRewrite: { match: "^/old/(.*)$", rewrite: '/r/\\1' } }`,
      "/r/page?q=1",
    ],
  ])("rewrites %s", (_what, rewrite, path) => {
    expect(planOf(`{ ${rewrite}, ${to} }`)?.path).toBe(path);
  });

  it("redirects, keeping what is not named", () => {
    expect(planOf("{ redirect: { uri: /x } }")?.answer).toEqual({
      status: 301,
      headers: { location: "http://a.b/x?q=1" },
    });
    expect(planOf("{ redirect: { scheme: https, authority: c.d, redirectCode: 308 } }")?.answer).toEqual({
      status: 308,
      headers: { location: "https://c.d/old/page?q=1" },
    });
  });

  it("retries as Istio does by default, as it says, or never", () => {
    expect(planOf(`{ ${to} }`)?.retry).toMatchObject({ attempts: 2, on: expect.arrayContaining(["connect-failure"]) });
    expect(
      planOf(`{ retries: { attempts: 3, perTryTimeout: 250ms, retryOn: "5xx,reset" }, ${to} }`)?.retry,
    ).toMatchObject({
      attempts: 3,
      perTryTimeoutMs: 250,
      on: ["5xx", "reset"],
    });
    expect(planOf(`{ retries: { attempts: 0 }, ${to} }`)?.retry.attempts).toBe(0);
  });

  it("has no timeout at 0s", () => {
    expect(planOf(`{ timeout: 1.5s, ${to} }`)?.timeoutMs).toBe(1500);
    expect(planOf(`{ timeout: 0s, ${to} }`)?.timeoutMs).toBeUndefined();
  });
});

it("reads Go's durations", () => {
  expect(["1h2m3s", "1.5s", "20ms", "1d", "", "5"].map(durationMs)).toEqual([
    3_723_000,
    1500,
    20,
    undefined,
    undefined,
    undefined,
  ]);
});

it("inside the mesh, a VirtualService speaks for its short or full host, and for callers by their labels", () => {
  const routes = meshRoutes([
    virtualService(`
gateways: [mesh]
hosts: [web]
http:
  - match: [{ sourceLabels: { app: tester } }]
    route: [{ destination: { host: web, subset: next } }]
  - route: [{ destination: { host: web } }]
`),
  ]);
  const called = { namespace: "dev", service: "web", port: 80 };
  const request = ask("http://web/");
  const source = { namespace: "dev", labels: { app: "tester" } };
  expect(targets(routes(called, { ...request, source })?.plan)).toEqual(["dev/web/next"]);
  expect(targets(routes(called, request)?.plan)).toEqual(["dev/web"]);
  expect(routes({ ...called, service: "other" }, request)).toBeUndefined();
});

describe("an Ingress", () => {
  const metadata = { name: "web", namespace: "dev", uid: "1", resourceVersion: "1", creationTimestamp: "" };
  const ingress = (yaml: string, annotations = {}): Ingress => ({
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: { ...metadata, annotations },
    spec: parse(yaml),
  });
  const backend = (name: string) => `backend: { service: { name: ${name}, port: { number: 80 } } }`;
  const none: Middlewares = new Map();
  const rules = ingressRoutes(
    [
      ingress(`
defaultBackend: { service: { name: default, port: { number: 80 } } }
rules:
  - host: a.b
    http:
      paths:
        - { path: /, pathType: Prefix, ${backend("root")} }
        - { path: /foo, pathType: Prefix, ${backend("foo")} }
        - { path: /foo/bar, pathType: Prefix, ${backend("bar")} }
        - { path: /foo/bar, pathType: Exact, ${backend("exact")} }
        - { path: /any, pathType: ImplementationSpecific, ${backend("any")} }
  - host: "*.c"
    http: { paths: [{ path: /, pathType: Prefix, ${backend("swallows")} }] }
  - host: a.c
    http: { paths: [{ path: /, pathType: Prefix, ${backend("swallowed")} }, { path: /a/path/that/makes/it/longer, pathType: Prefix, ${backend("long")} }] }
  - http: { paths: [{ path: /open, pathType: Prefix, ${backend("open")} }] }
`),
      ingress(`rules: [{ host: "*.b", http: { paths: [{ path: /, pathType: Prefix, ${backend("wild")} }] } }]`, {
        "traefik.ingress.kubernetes.io/router.priority": "1",
      }),
    ],
    none,
  );
  it.each([
    ["/", "http://a.b/", "dev/root"],
    ["the longest prefix", "http://a.b/foo/bar/baz", "dev/bar"],
    ["whole elements of a prefix", "http://a.b/foobar", "dev/root"],
    ["an exact path first", "http://a.b/foo/bar", "dev/exact"],
    ["a prefix with the slash", "http://a.b/foo/", "dev/foo"],
    ["any continuation where the class decides", "http://a.b/anything", "dev/any"],
    ["a wildcard for one label", "http://x.b/", "dev/wild"],
    ["no wildcard for two", "http://x.y.b/", "dev/default"],
    ["a wildcard before the host that it swallows, unless it is told otherwise", "http://a.c/", "dev/swallows"],
    ["a longer rule before a wildcard", "http://a.c/a/path/that/makes/it/longer", "dev/long"],
    ["a rule without a host", "http://nobody/open", "dev/open"],
    ["the default backend at last", "http://nobody/", "dev/default"],
  ])("matches %s", (_what, url, wanted) => {
    expect(targets(rules(ask(url)))).toEqual([wanted]);
  });

  const through = (yaml: string, url = "http://a.b/api/v1?q=1"): Plan | undefined => {
    const middlewares: Middlewares = new Map(
      Object.entries<unknown>(parse(yaml)).map(([name, spec]) => [
        `dev-${name}`,
        named(name, middlewareSpec.parse(spec)),
      ]),
    );
    const names = [...middlewares.keys()]
      .filter((name) => !name.includes("inner"))
      .map((name) => `${name}@kubernetescrd`);
    const annotations = { "traefik.ingress.kubernetes.io/router.middlewares": names.join(", ") };
    return ingressRoutes(
      [ingress(`defaultBackend: { service: { name: web, port: { number: 80 } } }`, annotations)],
      middlewares,
    )(ask(url));
  };
  it.each([
    ["stripPrefix", "m: { stripPrefix: { prefixes: [/x, /api] } }", "/v1?q=1"],
    ["addPrefix", "m: { addPrefix: { prefix: /p } }", "/p/api/v1?q=1"],
    ["replacePath", "m: { replacePath: { path: /z } }", "/z?q=1"],
    ["replacePathRegex", 'm: { replacePathRegex: { regex: "^/api/(.*)", replacement: "/$1/api" } }', "/v1/api?q=1"],
    [
      "a chain, in order",
      "m: { chain: { middlewares: [{ name: inner1 }, { name: inner2 }] } }\ninner1: { stripPrefix: { prefixes: [/api] } }\ninner2: { addPrefix: { prefix: /b } }",
      "/b/v1?q=1",
    ],
    ["a chain of itself", "m: { chain: { middlewares: [{ name: m }] } }", "/api/v1?q=1"],
  ])("passes through Traefik's %s", (_what, yaml, path) => {
    expect(through(yaml)?.path).toBe(path);
  });

  it("is redirected, limited and retried by Traefik's middlewares", () => {
    expect(through("m: { redirectScheme: { scheme: https, permanent: true } }")?.answer).toEqual({
      status: 301,
      headers: { location: "https://a.b/api/v1?q=1" },
    });
    expect(through("m: { rateLimit: { average: 60, period: 1m, burst: 5 } }")?.rateLimits).toEqual([
      { key: "dev-m", perSecond: 1, burst: 5, perClient: true },
    ]);
    expect(through("m: { retry: { attempts: 4 } }")?.retry).toMatchObject({ attempts: 3 });
  });
});
