import fc from "fast-check";
import { expect, test } from "vitest";
import { type Manifest, renderManifests, samePodTemplate } from "#lib/releases/manifests";
import { plainSpec } from "./plain-spec.ts";
import { specArbitrary } from "./spec-arbitrary.ts";

const app = { id: "0190b6a0-0000-7000-8000-000000000001", name: "shop" };
const render = (spec = plainSpec(), releaseNumber = 7, podRelease = 7) =>
  renderManifests({ app, namespace: "kepler-dev", spec, releaseNumber, podRelease });
const kinds = (manifests: Manifest[]) => manifests.map((m) => m.kind);
const only = (manifests: Manifest[], kind: string) => manifests.find((m) => m.kind === kind);

test("the same Spec gives the same objects, byte for byte", () => {
  fc.assert(
    fc.property(specArbitrary, (spec) => {
      expect(JSON.stringify(render(structuredClone(spec)))).toBe(JSON.stringify(render(spec)));
    }),
  );
});

test("every object is in the environment's namespace, named for the app and labelled as Kepler's", () => {
  fc.assert(
    fc.property(specArbitrary, (spec) => {
      for (const { metadata } of render(spec)) {
        expect(metadata.namespace).toBe("kepler-dev");
        expect(metadata.name).toMatch(
          /^shop(-headless|-[23]|-((files|callers|to)-)?[0-9a-f]{16}(-(headers|limit|redirect|rewrite|retry))?)?$/,
        );
        expect(metadata.labels).toMatchObject({
          "app.kubernetes.io/name": "shop",
          "app.kubernetes.io/managed-by": "kepler",
          "kepler.dev/app": app.id,
        });
      }
    }),
  );
});

test("the Deployment tells which release applied it, its pods which release changed them last", () => {
  const deployment = only(render(plainSpec(), 9, 7), "Deployment");
  expect(deployment).toMatchObject({
    metadata: { labels: { "kepler.dev/release": "9" } },
    spec: { template: { metadata: { labels: { "kepler.dev/release": "7" } } } },
  });
});

test("the image is named by digest, never by tag", () => {
  expect(JSON.stringify(only(render(), "Deployment"))).toContain(`127.0.0.1:7103/shop@sha256:${"a".repeat(64)}`);
});

test("a disruption budget exists only where more than one pod runs, an Ingress only when exposed", () => {
  const exposure = {
    gatewayClass: "ingress" as const,
    routes: [{ host: "shop.dev.localhost", path: "/", pathType: "prefix" as const, port: 8080 }],
  };
  expect(kinds(render(plainSpec({ replicas: 1 })))).toEqual(["ServiceAccount", "Service", "Deployment"]);
  expect(kinds(render(plainSpec({ replicas: 2, exposure })))).toEqual([
    "ServiceAccount",
    "Service",
    "Deployment",
    "PodDisruptionBudget",
    "Ingress",
  ]);
  expect(kinds(render(plainSpec({ replicas: 1, ports: [], readinessProbe: null })))).not.toContain("Service");
});

test("routes of one host share one rule and keep their order", () => {
  const route = (host: string, path: string) => ({ host, path, pathType: "prefix" as const, port: 8080 });
  const routes = [route("a.localhost", "/x"), route("b.localhost", "/"), route("a.localhost", "/")];
  const spec = only(render(plainSpec({ exposure: { gatewayClass: "ingress", routes } })), "Ingress")?.spec;
  expect(spec).toMatchObject({
    rules: [
      { host: "a.localhost", http: { paths: [{ path: "/x" }, { path: "/" }] } },
      { host: "b.localhost", http: { paths: [{ path: "/" }] } },
    ],
  });
});

test("a wildcard is one label at either gateway, and at Traefik's after every host, its most exact path first", () => {
  const route = (host: string, path: string) => ({ host, path, pathType: "prefix" as const, port: 8080 });
  const routes = [route("*.shop.example", "/"), route("a.shop.example", "/"), route("*.shop.example", "/api")];
  const at = (gatewayClass: "ingress" | "istio") => render(plainSpec({ exposure: { gatewayClass, routes } }));
  const ingresses = at("ingress").filter(({ kind }) => kind === "Ingress");
  expect(
    ingresses.map(({ metadata, spec }) => [metadata.annotations, JSON.stringify(spec).match(/"(host|path)":"[^"]*"/g)]),
  ).toEqual([
    [{ "traefik.ingress.kubernetes.io/router.priority": "1" }, ['"host":"*.shop.example"', '"path":"/"']],
    [{ "traefik.ingress.kubernetes.io/router.priority": "2" }, ['"host":"*.shop.example"', '"path":"/api"']],
    [undefined, ['"host":"a.shop.example"', '"path":"/"']],
  ]);
  const [wild, plain] = at("istio").filter(({ kind }) => kind === "VirtualService");
  const authority = { regex: "[A-Za-z0-9_-]+\\.shop\\.example(:[0-9]+)?" };
  expect(wild).toMatchObject({
    spec: {
      hosts: ["*.shop.example"],
      http: [
        {
          match: [
            { uri: { exact: "/api" }, authority },
            { uri: { prefix: "/api/" }, authority },
          ],
        },
        { match: [{ uri: { prefix: "/" }, authority }] },
      ],
    },
  });
  expect(JSON.stringify(plain)).not.toContain("authority");
});

test("a pod with a port is never ready before the port answers, even without a probe of its own", () => {
  const deployment = only(render(plainSpec({ readinessProbe: null })), "Deployment");
  expect(JSON.stringify(deployment)).toContain('"readinessProbe":{"tcpSocket":{"port":8080}');
});

test("scaling and exposing leave running pods alone; image, variables, mesh mode and restart do not", () => {
  const spec = plainSpec();
  expect(samePodTemplate(spec, plainSpec({ replicas: 9 }), app)).toBe(true);
  expect(samePodTemplate(spec, plainSpec({ meshMode: "mesh" }), app)).toBe(false);
  expect(samePodTemplate(spec, plainSpec({ env: [{ name: "A", value: "1" }] }), app)).toBe(false);
  expect(samePodTemplate(spec, plainSpec({ restartedAt: "2026-01-01T00:00:00.000Z" }), app)).toBe(false);
});

test("Istio's gateway gets a door for the hosts and the most exact match first, with an Ingress's meaning of a prefix", () => {
  const route = (host: string, path: string, pathType: "prefix" | "exact") => ({ host, path, pathType, port: 8080 });
  const routes = [
    route("shop.dev.localhost", "/", "prefix"),
    route("shop.dev.localhost", "/api/", "prefix"),
    route("shop.dev.localhost", "/health", "exact"),
    route("pay.dev.localhost", "/", "prefix"),
  ];
  const manifests = render(plainSpec({ exposure: { gatewayClass: "istio", routes } }));
  expect(kinds(manifests).slice(-3)).toEqual(["Gateway", "VirtualService", "VirtualService"]);
  expect(only(manifests, "Gateway")).toMatchObject({
    spec: {
      selector: { istio: "ingressgateway" },
      servers: [{ port: { number: 80, protocol: "HTTP" }, hosts: ["shop.dev.localhost", "pay.dev.localhost"] }],
    },
  });
  const destination = { host: "shop.kepler-dev.svc.cluster.local", port: { number: 8080 } };
  const to = [{ destination }];
  expect(only(manifests, "VirtualService")).toMatchObject({
    metadata: { name: "shop" },
    spec: {
      hosts: ["shop.dev.localhost"],
      gateways: ["shop"],
      http: [
        { match: [{ uri: { exact: "/health" } }], route: to },
        { match: [{ uri: { exact: "/api" } }, { uri: { prefix: "/api/" } }], route: to },
        { match: [{ uri: { prefix: "/" } }], route: to },
      ],
    },
  });
  expect(manifests.at(-1)?.metadata.name).toBe("shop-2");

  const loadBalancing = { by: "cookie", name: "sid", ttlSeconds: 0 } as const;
  const outlierDetection = {
    ...{ consecutive5xx: null, consecutiveGatewayErrors: 3 },
    ...{ intervalSeconds: 5, ejectionSeconds: 30, maxEjectedPercent: 50 },
  };
  const connectionPool = {
    ...{ maxConnections: 100, maxPendingRequests: null, maxRequestsPerConnection: 1, connectTimeoutMs: 250 },
  };
  const trafficPolicy = { loadBalancing, connectionPool, outlierDetection };
  const ruled = render(plainSpec({ exposure: { gatewayClass: "istio", routes }, trafficPolicy }));
  // A route counts on it, so it comes before all of them.
  expect(kinds(ruled).slice(-4)).toEqual(["DestinationRule", "Gateway", "VirtualService", "VirtualService"]);
  expect(only(ruled, "DestinationRule")).toMatchObject({
    apiVersion: "networking.istio.io/v1",
    metadata: { name: "shop", namespace: "kepler-dev" },
    spec: {
      host: destination.host,
      trafficPolicy: {
        loadBalancer: { consistentHash: { httpCookie: { name: "sid", path: "/", ttl: "0s" } } },
        connectionPool: {
          tcp: { maxConnections: 100, connectTimeout: "250ms" },
          http: { maxRequestsPerConnection: 1 },
        },
        outlierDetection: {
          ...{ consecutive5xxErrors: 0, consecutiveGatewayErrors: 3, interval: "5s" },
          ...{ baseEjectionTime: "30s", maxEjectionPercent: 50 },
        },
      },
    },
  });
});

test("hosts with a certificate get it at both gateways; Istio's sends plain requests to it", () => {
  const route = (host: string) => ({ host, path: "/", pathType: "prefix" as const, port: 8080 });
  const routes = ["a.example", "b.example", "c.example", "plain.localhost"].map(route);
  const tls = [
    { secretName: "one", hosts: ["a.example", "b.example"] },
    { secretName: "two", hosts: ["c.example"] },
  ];
  const at = (gatewayClass: "istio" | "ingress") => render(plainSpec({ exposure: { gatewayClass, tls, routes } }));
  const secure = (name: string, credentialName: string, hosts: string[]) => ({
    port: { number: 443, name, protocol: "HTTPS" },
    hosts,
    tls: { mode: "SIMPLE", credentialName },
  });
  expect(only(at("istio"), "Gateway")).toMatchObject({
    spec: {
      servers: [
        { port: { number: 80, name: "http", protocol: "HTTP" }, hosts: ["plain.localhost"] },
        {
          port: { number: 80, name: "to-https", protocol: "HTTP" },
          hosts: ["a.example", "b.example", "c.example"],
          tls: { httpsRedirect: true },
        },
        secure("https", "one", ["a.example", "b.example"]),
        secure("https-2", "two", ["c.example"]),
      ],
    },
  });
  expect(only(at("ingress"), "Ingress")).toMatchObject({ spec: { tls } });
});
