import fc from "fast-check";
import {
  type AppSpec,
  DEFAULT_SCALE_DOWN,
  DEFAULT_SCALE_UP,
  DEFAULT_STRATEGY,
  RESOURCE_PRESETS,
} from "#lib/apps/spec-schema";
import { egressArbitrary } from "./egress-arbitrary.ts";
import { exposureArbitrary } from "./exposure-arbitrary.ts";
import { sidecarArbitrary } from "./sidecar-arbitrary.ts";
import { trafficPolicyArbitrary } from "./traffic-policy-arbitrary.ts";

const hex = (length: number) =>
  fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: length, maxLength: length });
export const digestArbitrary = hex(64).map((digits) => `sha256:${digits}`);

/** Lists of up to `maxLength` different elements, told apart by one of their fields. */
const list = <T extends object>(elements: T[], key: keyof T, maxLength = 2) =>
  fc.uniqueArray(fc.constantFrom(...elements), { maxLength, selector: (element) => element[key] });

const ports = list(
  [
    { name: "http", port: 8080, protocol: "http" as const },
    { name: "grpc", port: 9090, protocol: "grpc" as const },
    { name: "raw", port: 7000, protocol: "tcp" as const },
  ],
  "name",
  3,
);
const envVar = fc.record({ name: fc.constantFrom("A", "B", "C"), value: fc.string({ maxLength: 4 }) });
const timings = fc.record({
  initialDelaySeconds: fc.constantFrom(0, 1),
  periodSeconds: fc.integer({ min: 1, max: 3 }),
  timeoutSeconds: fc.constant(1),
  successThreshold: fc.constant(1),
  failureThreshold: fc.constantFrom(2, 3),
});
const handler = fc.oneof(
  fc.record({
    type: fc.constant("http" as const),
    path: fc.constantFrom("/", "/healthz"),
    port: fc.constant(8080),
    scheme: fc.constantFrom("HTTP" as const, "HTTPS" as const),
    headers: fc.constantFrom<{ name: string; value: string }[]>([], [{ name: "X-Probe", value: "1" }]),
  }),
  fc.record({ type: fc.constant("tcp" as const), port: fc.constant(8080) }),
  fc.record({
    type: fc.constant("exec" as const),
    command: fc.constantFrom<string[]>(["true"], ["cat", "/tmp/ready"]),
  }),
  fc.record({ type: fc.constant("grpc" as const), port: fc.constant(8080), service: fc.constantFrom("", "shop") }),
);
const probe = fc.option(fc.tuple(handler, timings).map(([asked, when]) => ({ ...asked, ...when })));

const volumes = list(
  [
    { type: "empty" as const, name: "cache", mountPath: "/cache", medium: "disk" as const, sizeLimitBytes: null },
    {
      type: "empty" as const,
      name: "fast",
      mountPath: "/fast",
      medium: "memory" as const,
      sizeLimitBytes: 64 * 1024 ** 2,
    },
    {
      type: "claim" as const,
      name: "shared",
      mountPath: "/shared",
      claimName: "media",
      subPath: null,
      readOnly: false,
    },
    { type: "claim" as const, name: "shared", mountPath: "/in", claimName: "media", subPath: "a/b", readOnly: true },
    { type: "template" as const, name: "data", mountPath: "/data", sizeBytes: 1024 ** 3, storageClass: null },
  ],
  "name",
  3,
);
const files = list(
  [
    { path: "/etc/shop/a.conf", content: "one\n", mode: "0644" },
    { path: "/etc/shop/a.conf", content: "two\n", mode: "0644" },
    { path: "/etc/shop/a.conf", content: "one\n", mode: "0600" },
    { path: "/etc/b=c", content: "", mode: "0644" },
  ],
  "path",
);
const autoscaling = fc.record({
  minReplicas: fc.constantFrom(1, 2),
  maxReplicas: fc.constantFrom(2, 4),
  cpuPercent: fc.constantFrom(70, 80),
  memoryPercent: fc.constantFrom(null, 80),
  scaleUp: fc.constantFrom(DEFAULT_SCALE_UP, { ...DEFAULT_SCALE_UP, pods: null }),
  scaleDown: fc.constantFrom(DEFAULT_SCALE_DOWN, { ...DEFAULT_SCALE_DOWN, stabilizationSeconds: 60 }),
});
const labels = list(
  [
    { name: "team", value: "shop" },
    { name: "team", value: "pay" },
    { name: "example.com/tier", value: "" },
  ],
  "name",
);

const anything = fc.record({
  schemaVersion: fc.constant(1 as const),
  workload: fc.record({
    kind: fc.constantFrom("deployment" as const, "deployment" as const, "statefulset" as const),
    podManagement: fc.constantFrom("ordered" as const, "parallel" as const),
  }),
  adopted: fc.constant(null),
  replicas: fc.integer({ min: 0, max: 4 }),
  autoscaling: fc.option(autoscaling),
  resources: fc.constantFrom(...Object.values(RESOURCE_PRESETS)),
  ports,
  command: fc.array(fc.constantFrom("node", "--flag", ""), { maxLength: 2 }),
  args: fc.array(fc.constantFrom("server.js", "-v"), { maxLength: 2 }),
  env: fc.uniqueArray(envVar, { maxLength: 3, selector: (e) => e.name }),
  startupProbe: probe,
  readinessProbe: probe,
  livenessProbe: probe,
  files,
  volumes,
  logCollection: fc.option(
    fc.record({
      directory: fc.constantFrom("/var/log/shop", "/logs"),
      include: fc.constantFrom("*.log", "**/*.json"),
      multiline: fc.option(
        fc.record({
          pattern: fc.constantFrom("^\\s", "^\\d{4}"),
          negate: fc.boolean(),
          match: fc.constantFrom("after" as const, "before" as const),
        }),
      ),
    }),
  ),
  config: fc
    .tuple(fc.subarray(["variables", "variable", "files", "file"]), fc.constantFrom(1, 2), fc.constantFrom(1, 2))
    .map(([uses, web, db]) => {
      const all: Record<string, AppSpec["config"][number]> = {
        variables: { use: "variables", kind: "config", name: "web", version: web, prefix: "WEB_" },
        variable: {
          use: "variable",
          kind: "secret",
          name: "db",
          version: db,
          key: "password",
          variable: "DB_PASSWORD",
        },
        files: { use: "files", kind: "secret", name: "db", version: db, mountPath: "/run/db", key: null },
        file: { use: "files", kind: "config", name: "web", version: web, mountPath: "/etc/web.json", key: "level" },
      };
      return uses.flatMap((use) => all[use] ?? []);
    }),
  hostAliases: list(
    [
      { ip: "10.0.0.1", hostnames: ["db.local"] },
      { ip: "10.0.0.1", hostnames: ["db.local", "queue.local"] },
      { ip: "::1", hostnames: ["six"] },
    ],
    "ip",
  ),
  podLabels: labels,
  podAnnotations: labels,
  security: fc.record({
    runAsUser: fc.constantFrom(null, 0, 1000),
    runAsGroup: fc.constantFrom(null, 1000),
    runAsNonRoot: fc.constant(false),
    readOnlyRootFilesystem: fc.boolean(),
    allowPrivilegeEscalation: fc.boolean(),
    dropCapabilities: fc.constantFrom<string[]>([], ["ALL"], ["NET_RAW", "CHOWN"]),
    fsGroup: fc.constantFrom(null, 2000),
    seccomp: fc.constantFrom(null, "runtime-default" as const),
  }),
  placement: fc.record({
    nodeSelector: list([{ name: "kubernetes.io/os", value: "linux" }], "name"),
    tolerations: list<AppSpec["placement"]["tolerations"][number]>(
      [
        { key: "spot", operator: "equal", value: "yes", effect: "NoSchedule" },
        { key: "", operator: "exists", value: "", effect: null },
      ],
      "key",
    ),
    spread: list(
      [
        { over: "nodes" as const, maxSkew: 1, strict: false },
        { over: "nodes" as const, maxSkew: 1, strict: true },
        { over: "zones" as const, maxSkew: 2, strict: false },
      ],
      "over",
    ),
    antiAffinity: fc.constantFrom("none" as const, "preferred" as const),
  }),
  meshMode: fc.constantFrom("normal" as const, "mesh" as const),
  sidecar: sidecarArbitrary,
  exposure: fc.option(exposureArbitrary),
  trafficPolicy: trafficPolicyArbitrary,
  access: fc.constantFrom<AppSpec["access"]>(
    null,
    { callers: null, mtls: "strict" },
    { callers: { services: [], gateway: true, namespaces: [] }, mtls: "permissive" },
    { callers: { services: ["pay", "gateway"], gateway: true, namespaces: ["pay"] }, mtls: "permissive" },
    { callers: { services: ["pay"], gateway: true, namespaces: [] }, mtls: "strict" },
  ),
  egress: egressArbitrary,
  strategy: fc
    .record({
      type: fc.constantFrom("rolling" as const, "recreate" as const),
      maxSurge: fc.constantFrom(1, 2, "25%"),
      drainSeconds: fc.constantFrom(0, 2),
    })
    .map((strategy) => ({ ...DEFAULT_STRATEGY, ...strategy })),
  restartedAt: fc.constantFrom(null, "2026-01-01T00:00:00.000Z"),
  image: fc.record({
    repository: fc.constant("127.0.0.1:7103/shop"),
    digest: digestArbitrary,
    tag: fc.constantFrom(undefined, "v1", "v2"),
    commitSha: fc.constantFrom(undefined, "abcdef1"),
  }),
});

/** Takes away what cannot stand together, so that every Spec is one that a person may ask for. */
function sound(spec: AppSpec): AppSpec {
  const isSet = spec.workload.kind === "statefulset";
  const hasHttp = spec.ports.some(({ port }) => port === 8080);
  const asks = (asked: AppSpec["readinessProbe"]) => (asked && (asked.type === "exec" || hasHttp) ? asked : null);
  // Sidecars count what a route is limited to.
  const meshMode = spec.exposure?.routes.some(({ traffic }) => traffic?.rateLimit) ? "mesh" : spec.meshMode;
  return {
    ...spec,
    workload: isSet ? spec.workload : { kind: "deployment", podManagement: "ordered" },
    volumes: isSet ? spec.volumes : spec.volumes.filter(({ type }) => type !== "template"),
    startupProbe: asks(spec.startupProbe),
    readinessProbe: asks(spec.readinessProbe),
    livenessProbe: asks(spec.livenessProbe),
    exposure: hasHttp ? spec.exposure : null,
    meshMode,
    trafficPolicy: spec.ports.length > 0 ? spec.trafficPolicy : undefined,
    access: meshMode === "mesh" && spec.exposure?.gatewayClass === "istio" ? spec.access : null,
    // A port that bypasses the proxy is not declared.
    egress: meshMode === "mesh" && spec.sidecar === undefined ? spec.egress : null,
    strategy: isSet ? { ...spec.strategy, type: "rolling" } : spec.strategy,
  };
}

/** Valid Specs that often differ in one place only, so that laws about differences are really tried. */
export const specArbitrary: fc.Arbitrary<AppSpec> = anything.map(sound);

/** What the sets that generated Specs name say in each version. */
export const CONFIG_SETS = {
  web: [{ level: "info" }, { level: "debug", more: "line 1\nline 2" }],
  db: [{ password: "first-of-them" }, { password: "and-then-another" }],
} as const;
