import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type ApplyObject, type Kubernetes, type KubernetesObject } from "#lib/clients/kubernetes/client";
import { createKubernetes } from "#lib/clients/kubernetes/create-kubernetes";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { KeplerError } from "#lib/platform/errors";
import { startWorld, type World } from "#tests/world/sandbox";

const namespace = `kepler-istio-${randomUUID().slice(0, 8)}`;

/** Objects as Istio's own control plane takes, refuses and completes them; a cluster without Istio skips all of it. */
describe("a cluster with Istio", () => {
  let world: World<"kubernetes">;
  let kubernetes: Kubernetes;
  let hasIstio = false;

  beforeAll(async () => {
    world = await startWorld(["kubernetes"]);
    kubernetes = createKubernetes(world.kubernetes);
    hasIstio = (await kubernetes.apiGroups()).includes("networking.istio.io");
    await kubernetes.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
  });
  beforeEach((test) => {
    test.skip(!hasIstio, "the cluster serves no networking.istio.io");
  });
  afterAll(async () => {
    await kubernetes?.delete({ ...KINDS.namespace, name: namespace });
    kubernetes?.close();
    await world?.stop();
  });

  const istio = (group: "networking" | "security", kind: string, name: string, spec: unknown): ApplyObject => ({
    apiVersion: `${group}.istio.io/v1`,
    kind,
    metadata: { name, namespace },
    spec,
  });
  const refusalOf = (object: ApplyObject) =>
    kubernetes.apply(object).then(
      () => null,
      (error: unknown) => (error instanceof KeplerError ? error.message : Promise.reject(error)),
    );
  const route = (weights: number[]) =>
    weights.map((weight, index) => ({ destination: { host: "shop", subset: `v${index + 1}` }, weight }));

  it.each([
    istio("networking", "Gateway", "edge", {
      selector: { istio: "ingressgateway" },
      servers: [{ port: { number: 80, name: "http", protocol: "HTTP" }, hosts: ["shop.example.com"] }],
    }),
    istio("networking", "VirtualService", "shop", {
      hosts: ["shop.example.com"],
      gateways: ["edge"],
      http: [
        { match: [{ uri: { prefix: "/api" }, headers: { "x-tester": { exact: "yes" } } }], route: route([100]) },
        { route: route([90, 10]), timeout: "2s", retries: { attempts: 2, perTryTimeout: "1s", retryOn: "5xx" } },
      ],
    }),
    istio("networking", "DestinationRule", "shop", {
      host: "shop",
      trafficPolicy: { connectionPool: { tcp: { maxConnections: 10 } }, outlierDetection: { consecutive5xxErrors: 3 } },
      subsets: [{ name: "v1", labels: { version: "1" } }],
    }),
    istio("networking", "ServiceEntry", "outside", {
      hosts: ["api.example.com"],
      ports: [{ number: 443, name: "https", protocol: "TLS" }],
      location: "MESH_EXTERNAL",
      resolution: "DNS",
    }),
    istio("security", "PeerAuthentication", "default", { mtls: { mode: "PERMISSIVE" } }),
    istio("security", "AuthorizationPolicy", "callers", {
      action: "ALLOW",
      rules: [{ from: [{ source: { principals: ["cluster.local/ns/a/sa/b"] } }] }],
    }),
  ])("keeps a $kind as it was written", async (object) => {
    expect((await kubernetes.apply(object)).spec).toEqual(object.spec);
    const again: KubernetesObject = await kubernetes.apply(object);
    expect(again.metadata.generation).toBe(1);
  });

  it.each([
    [
      "weights that add up to nothing",
      istio("networking", "VirtualService", "bad", { hosts: ["a"], http: [{ route: route([0, 0]) }] }),
      /weight/,
    ],
    [
      "a route without a destination",
      istio("networking", "VirtualService", "bad", { hosts: ["a"], http: [{ match: [{ uri: { prefix: "/" } }] }] }),
      /route/,
    ],
    [
      "a regular expression that is none",
      istio("networking", "VirtualService", "bad", {
        hosts: ["a"],
        http: [{ match: [{ uri: { regex: "(" } }], route: route([100]) }],
      }),
      /regex|parenthesis|closing/i,
    ],
    [
      "a field that Istio does not know",
      istio("networking", "Gateway", "bad", {
        servers: [{ port: { number: "x", name: "h", protocol: "HTTP" }, hosts: ["a"] }],
      }),
      /number|integer/,
    ],
    [
      "a mode that does not exist",
      istio("security", "PeerAuthentication", "bad", { mtls: { mode: "MAYBE" } }),
      /MAYBE|mode/,
    ],
  ])("refuses %s", async (_, object, reason) => {
    expect(await refusalOf(object)).toMatch(reason);
  });
});
