import fc from "fast-check";
import { expect, test } from "vitest";
import { type AppSpec } from "#lib/apps/spec-schema";
import { foundDeployment } from "#lib/releases/import/found-schema";
import { unsaid } from "#lib/releases/import/left-rules";
import { readDeployment } from "#lib/releases/import/read-rules";
import { refusalOf } from "#lib/releases/import/refusal-rules";
import { renderManifests } from "#lib/releases/manifests";
import { plainSpec } from "./plain-spec.ts";
import { specArbitrary } from "./spec-arbitrary.ts";

const app = { id: "0190b6a0-0000-7000-8000-000000000001", name: "shop" };
const DIGEST = `sha256:${"b".repeat(64)}`;
const around = { digest: DIGEST, meshedNamespace: false, leaves: [] };

const adopted = fc.record({
  selector: fc.constantFrom<{ name: string; value: string }[]>(
    [{ name: "app", value: "shop" }],
    [
      { name: "app.kubernetes.io/name", value: "other" },
      { name: "tier", value: "" },
    ],
  ),
  container: fc.constantFrom("nginx", "shop"),
  serviceAccount: fc.constantFrom(null, "robot"),
  leaves: fc.constant<"Service"[]>([]),
});
/** Every Spec that an import could come to: what a Deployment alone can say. */
const importable = fc.tuple(specArbitrary, adopted).map(([spec, settled]): AppSpec => {
  const { tag: _, commitSha: __, ...image } = spec.image;
  return {
    ...spec,
    adopted: settled,
    image,
    workload: { kind: "deployment", podManagement: "ordered" },
    autoscaling: null,
    exposure: null,
    trafficPolicy: undefined,
    // Normal mode has no proxy to say anything of.
    sidecar: spec.meshMode === "mesh" ? spec.sidecar : undefined,
    access: null,
    egress: null,
    files: [],
    config: [],
    logCollection: null,
    volumes: spec.volumes.filter(({ type }) => type !== "template"),
    // Without one of its own, Kepler asks the first port: that is then what stands there.
    readinessProbe: spec.ports.length > 0 && spec.readinessProbe === null ? TCP : spec.readinessProbe,
    strategy: spec.strategy.type === "recreate" ? { ...spec.strategy, maxSurge: 1 } : spec.strategy,
  };
});
const TCP: AppSpec["readinessProbe"] = {
  type: "tcp",
  port: 8080,
  initialDelaySeconds: 0,
  periodSeconds: 2,
  timeoutSeconds: 1,
  successThreshold: 1,
  failureThreshold: 3,
};

const deploymentOf = (spec: AppSpec, podRelease = 3) =>
  renderManifests({ app, namespace: "kepler-dev", spec, releaseNumber: 3, podRelease }).find(
    ({ kind }) => kind === "Deployment",
  );

/** As the API server would keep it. */
const live = (manifest: unknown) => {
  const object = structuredClone(manifest);
  return foundDeployment.parse({ ...Object(object), metadata: { ...Object(object).metadata, uid: "u" } });
};

test("a Spec that is rendered and read again is the same Spec", () => {
  fc.assert(
    fc.property(importable, (spec) => {
      const ports = spec.ports.some(({ port }) => port === 8080) ? spec : { ...spec, readinessProbe: asks(spec) };
      expect(readDeployment(live(deploymentOf(ports)), around)).toEqual(ports);
    }),
  );
});
/** What asks a port that is not declared would be read as one more port. */
const asks = ({ ports, readinessProbe }: AppSpec): AppSpec["readinessProbe"] => {
  const [first] = ports;
  if (readinessProbe?.type === "exec") return readinessProbe;
  return first ? { ...TCP, type: "tcp", port: first.port } : null;
};

test("of what is read, nothing stands there that is not said", () => {
  fc.assert(
    fc.property(importable, (spec) => {
      const object = deploymentOf(spec);
      expect(unsaid(object?.spec, object?.spec, ".spec")).toEqual([]);
    }),
  );
});

const found = (change: object = {}, container: object = {}) => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { uid: "u", name: "shop", namespace: "kepler-dev", generation: 1, labels: { app: "shop" } },
  spec: {
    replicas: 2,
    progressDeadlineSeconds: 600,
    strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: "25%", maxUnavailable: "25%" } },
    selector: { matchLabels: { app: "shop" } },
    template: {
      metadata: { labels: { app: "shop", team: "web" } },
      spec: {
        terminationGracePeriodSeconds: 30,
        dnsPolicy: "ClusterFirst",
        initContainers: [{ name: "wait", image: "busybox" }],
        containers: [
          {
            name: "nginx",
            image: "registry.test:5000/shop:1.2",
            ports: [{ containerPort: 80, protocol: "TCP" }],
            env: [
              { name: "MODE", value: "fast" },
              { name: "PASSWORD", valueFrom: { secretKeyRef: { name: "s", key: "k" } } },
            ],
            envFrom: [{ configMapRef: { name: "all" } }],
            resources: { limits: { cpu: "1", memory: "1Gi" } },
            readinessProbe: { httpGet: { path: "/ready", port: 8081, scheme: "HTTP" }, periodSeconds: 10 },
            ...container,
          },
        ],
      },
    },
  },
  status: { observedGeneration: 1, replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2 },
  ...change,
});
const readOf = (object: object) => readDeployment(foundDeployment.parse(object), around);

test("what kubectl made is read with the digest that its pods run, and what Kubernetes means by what is not said", () => {
  expect(readOf(found())).toMatchObject({
    adopted: { selector: [{ name: "app", value: "shop" }], container: "nginx", serviceAccount: null },
    replicas: 2,
    image: { repository: "registry.test:5000/shop", digest: DIGEST, tag: "1.2" },
    // A request that is not said is the limit; a port that only a probe asks is one too.
    resources: { cpuRequestMillis: 1000, cpuLimitMillis: 1000, memoryRequestBytes: 1024 ** 3 },
    ports: [
      { name: "p80", port: 80, protocol: "tcp" },
      { name: "p8081", port: 8081, protocol: "tcp" },
    ],
    env: [{ name: "MODE", value: "fast" }],
    readinessProbe: { type: "http", path: "/ready", port: 8081, periodSeconds: 10, timeoutSeconds: 1 },
    podLabels: [{ name: "team", value: "web" }],
    security: { allowPrivilegeEscalation: true },
    strategy: { maxSurge: "25%", maxUnavailable: "25%", minReadySeconds: 0, drainSeconds: 0 },
    meshMode: "normal",
  });
  const withDigest = found({}, { image: `shop@${DIGEST.replaceAll("b", "c")}` });
  expect(readOf(withDigest)?.image).toEqual({ repository: "shop", digest: DIGEST.replaceAll("b", "c") });
});

test("what a Spec cannot say is named, and not said", () => {
  const object = found();
  const spec = readOf(object);
  if (!spec) throw new Error("not read");
  expect(unsaid(object.spec, deploymentOf(spec)?.spec, ".spec")).toEqual([
    ".spec.template.spec.initContainers",
    '.spec.template.spec.containers[name="nginx"].env[name="PASSWORD"]',
    '.spec.template.spec.containers[name="nginx"].envFrom',
  ]);
});

test("an import names no pod template, and everything that it names stands there already", () => {
  const object = found();
  const spec = readOf(object);
  if (!spec) throw new Error("not read");
  const imported = deploymentOf(spec, 0);
  const wanted = imported?.spec;
  expect(wanted).not.toHaveProperty("template");
  expect({ ...object.spec, paused: false, minReadySeconds: 0 }).toMatchObject(Object(wanted));
  expect(imported?.metadata.labels).toEqual({
    "kepler.dev/app": app.id,
    "kepler.dev/release": "3",
    "app.kubernetes.io/managed-by": "kepler",
  });
});

test("an adopted Spec with labels of its own keeps the selector, and makes nothing that others have", () => {
  const spec = plainSpec({
    replicas: 2,
    adopted: {
      selector: [{ name: "app", value: "shop" }],
      container: "nginx",
      serviceAccount: null,
      leaves: ["Service", "PodDisruptionBudget"],
    },
  });
  const manifests = renderManifests({ app, namespace: "kepler-dev", spec, releaseNumber: 3, podRelease: 3 });
  expect(manifests.map(({ kind }) => kind)).toEqual(["Deployment"]);
  expect(manifests[0]).toMatchObject({
    spec: {
      selector: { matchLabels: { app: "shop" } },
      template: { metadata: { labels: { app: "shop", "kepler.dev/app": app.id, "kepler.dev/release": "3" } } },
    },
  });
});

const metadata = found().metadata;
const spec = found().spec;
test.each([
  ["ReplicaSet web made shop", { metadata: { ...metadata, ownerReferences: [{ kind: "ReplicaSet", name: "web" }] } }],
  ["managed by Helm", { metadata: { ...metadata, annotations: { "meta.helm.sh/release-name": "shop" } } }],
  ["managed by Argo CD", { metadata: { ...metadata, annotations: { "argocd.argoproj.io/tracking-id": "x" } } }],
  ["managed by kustomize", { metadata: { ...metadata, labels: { "app.kubernetes.io/managed-by": "kustomize" } } }],
  [
    "managed by argocd-controller",
    { metadata: { ...metadata, managedFields: [{ manager: "argocd-controller", operation: "Apply", fieldsV1: {} }] } },
  ],
  ["cannot be called Shop.Web", { metadata: { ...metadata, name: "Shop.Web" } }],
  ["more than labels of its own", { spec: { ...spec, selector: { matchLabels: { "kepler.dev/app": "x" } } } }],
  [
    "more than labels of its own",
    { spec: { ...spec, selector: { matchLabels: { app: "shop" }, matchExpressions: [{ key: "a" }] } } },
  ],
  ["is paused", { spec: { ...spec, paused: true } }],
  ["is on its way", { status: { ...found().status, updatedReplicas: 1 } }],
  ["is being deleted", { metadata: { ...metadata, deletionTimestamp: "2026-01-01T00:00:00Z" } }],
])("is refused in words: %s", (words, change) => {
  const object = found(change);
  const facts = { found: foundDeployment.parse(object), object, autoscalers: [], taken: false };
  expect(refusalOf(facts)?.message).toContain(words);
});

test("is refused for a name that is taken, for an autoscaler, and for a second container", () => {
  const refusal = (change: object, object = found()) =>
    refusalOf({ found: foundDeployment.parse(object), object, autoscalers: [], taken: false, ...change })?.message;
  expect(refusal({})).toBeUndefined();
  expect(refusal({ taken: true })).toContain("There is a service shop already");
  expect(refusal({ autoscalers: ["shop"] })).toContain("The autoscaler shop moves");
  const two = found();
  two.spec.template.spec.containers.push({ ...two.spec.template.spec.containers[0], name: "log" } as never);
  expect(refusal({}, two)).toContain("have 2 containers");
});
