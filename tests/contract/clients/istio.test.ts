import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { configRefs } from "#lib/apps/spec/config-schema";
import { type ApplyObject, type Kubernetes, type KubernetesObject } from "#lib/clients/kubernetes/client";
import { createKubernetes } from "#lib/clients/kubernetes/create-kubernetes";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { KeplerError } from "#lib/platform/errors";
import { renderManifests } from "#lib/releases/manifests";
import { specArbitrary } from "#tests/unit/releases/spec-arbitrary";
import { startWorld, type World } from "#tests/world/sandbox";

const id = randomUUID().slice(0, 8);
/** Namespaces that ask for a sidecar in each of Istio's ways, and one that does not. */
const NAMESPACES = {
  plain: {},
  injecting: { "istio-injection": "enabled" },
  revision: { "istio.io/rev": "default" },
  opposed: { "istio-injection": "disabled", "istio.io/rev": "default" },
} satisfies Record<string, Record<string, string>>;
type Ground = keyof typeof NAMESPACES;
const named = (ground: Ground) => `kepler-istio-${ground}-${id}`;

const podShape = z.object({
  metadata: z.object({
    labels: z.record(z.string(), z.string()).default({}),
    annotations: z.record(z.string(), z.string()).default({}),
  }),
  spec: z.object({
    initContainers: z.array(z.object({ name: z.string(), restartPolicy: z.string().optional() })).default([]),
    containers: z.array(
      z.object({
        name: z.string(),
        readinessProbe: z.object({ httpGet: z.object({ path: z.string(), port: z.number() }) }).optional(),
      }),
    ),
  }),
});

// Objects and pods as Istio's own control plane takes, refuses and completes them; a cluster without Istio skips all of it.
let world: World<"kubernetes">;
let kubernetes: Kubernetes;
let hasIstio = false;

beforeAll(async () => {
  world = await startWorld(["kubernetes"]);
  kubernetes = createKubernetes(world.kubernetes);
  hasIstio = (await kubernetes.apiGroups()).includes("networking.istio.io");
  for (const [ground, labels] of Object.entries(NAMESPACES) as [Ground, Record<string, string>][]) {
    await kubernetes.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: named(ground), labels } });
    const serviceAccount = {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name: "app", namespace: named(ground) },
    };
    await kubernetes.apply(serviceAccount);
  }
});
beforeEach((test) => {
  test.skip(!hasIstio, "the cluster serves no networking.istio.io");
});
afterAll(async () => {
  for (const ground of Object.keys(NAMESPACES) as Ground[]) {
    await kubernetes?.delete({ ...KINDS.namespace, name: named(ground) });
  }
  kubernetes?.close();
  await world?.stop();
});

/** By path and by query parameter. */
const EXPRESSIONS = { uri: { regex: "/api/(v[0-9]+)" }, queryParams: { beta: { regex: "1|2" } } };

describe("Istio's objects", () => {
  it("are taken as services' Specs render them, whatever is wanted", async () => {
    const taken = new Set<string>();
    for (const spec of fc.sample(specArbitrary, { numRuns: 200, seed: 2026 })) {
      const config = configRefs(spec.config).map((ref) => ({ ...ref, data: {} }));
      const app = { id: "0190b6a0-0000-7000-8000-000000000001", name: "rendered" };
      const place = { app, namespace: named("plain"), releaseNumber: 1, podRelease: 1 };
      const objects = renderManifests({ ...place, spec: { ...spec, logCollection: null }, logOutput: null, config });
      for (const object of objects.filter(({ apiVersion }) => apiVersion.includes("istio.io"))) {
        await kubernetes.apply(object, { dryRun: true });
        taken.add(object.kind);
      }
    }
    const all = [
      "AuthorizationPolicy",
      "DestinationRule",
      "EnvoyFilter",
      "Gateway",
      "PeerAuthentication",
      "ServiceEntry",
      "Sidecar",
      "VirtualService",
    ];
    expect([...taken].sort()).toEqual(all);
  });

  const istio = (group: "networking" | "security", kind: string, name: string, spec: unknown): ApplyObject => ({
    apiVersion: `${group}.istio.io/v1`,
    kind,
    metadata: { name, namespace: named("plain") },
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
        { match: [{ ...EXPRESSIONS, headers: { "x-tester": { exact: "yes" } } }], route: route([100]) },
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
      "a time of no length",
      istio("networking", "VirtualService", "bad", { hosts: ["a"], http: [{ timeout: "0s", route: route([100]) }] }),
      /timeout.*valid duration greater than 1ms/,
    ],
    [
      "a part of a second that browsers are to remember CORS for",
      istio("networking", "VirtualService", "bad", {
        hosts: ["a"],
        http: [{ corsPolicy: { maxAge: "1500ms" }, route: route([100]) }],
      }),
      /max_age duration is accurate only to seconds precision/,
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

describe("the sidecar", () => {
  const pod = (ground: Ground, labels: Record<string, string> = {}) => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "app", namespace: named(ground), labels: { app: "app", ...labels } },
    spec: {
      serviceAccountName: "app",
      containers: [
        {
          name: "app",
          image: "app:1",
          ports: [{ containerPort: 8080 }],
          readinessProbe: { httpGet: { path: "/", port: 8080 } },
        },
      ],
    },
  });
  const created = async (object: ApplyObject) => podShape.parse(await kubernetes.apply(object, { dryRun: true }));

  it.each<[Ground, Record<string, string>, boolean]>([
    ["plain", {}, false],
    ["plain", { "sidecar.istio.io/inject": "true" }, true],
    ["injecting", {}, true],
    ["injecting", { "sidecar.istio.io/inject": "false" }, false],
    ["revision", {}, true],
    ["opposed", {}, false],
    // The namespace's own "no" is stronger than the pod's wish.
    ["opposed", { "sidecar.istio.io/inject": "true" }, false],
  ])("in a namespace that is %s, labels %j: a sidecar is injected: %s", async (ground, labels, isInjected) => {
    const { spec } = await created(pod(ground, labels));
    expect(spec.initContainers.some(({ name }) => name === "istio-proxy")).toBe(isInjected);
  });

  it("injects a native sidecar and notes it on the pod", async () => {
    const { metadata, spec } = await created(pod("injecting"));
    // What comes before it, if anything, depends on how the mesh redirects traffic (istio-init, or Istio's CNI plugin).
    expect(spec.initContainers.at(-1)).toEqual({ name: "istio-proxy", restartPolicy: "Always" });
    expect(spec.containers.map(({ name }) => name)).toEqual(["app"]);
    expect(metadata.labels["security.istio.io/tlsMode"]).toBe("istio");
    expect(JSON.parse(metadata.annotations["sidecar.istio.io/status"] ?? "")).toMatchObject({
      initContainers: expect.arrayContaining(["istio-proxy"]),
      containers: null,
    });
  });

  it("sends the pod's probes through the sidecar", async (test) => {
    test.skip(world.isSandbox("kubernetes"), "the sandbox's proxy stands beside a pod's traffic, not in its way");
    const { spec } = await created(pod("injecting"));
    const through = { path: "/app-health/app/readyz", port: 15020 };
    expect(spec.containers[0]?.readinessProbe?.httpGet).toMatchObject(through);
  });
});
