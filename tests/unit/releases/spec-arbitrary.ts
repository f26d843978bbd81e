import fc from "fast-check";
import { type AppSpec, DEFAULT_STRATEGY, RESOURCE_PRESETS } from "#lib/apps/spec-schema";

const hex = (length: number) =>
  fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: length, maxLength: length });
export const digestArbitrary = hex(64).map((digits) => `sha256:${digits}`);

const port = fc.constantFrom(
  { name: "http", port: 8080, protocol: "http" as const },
  { name: "grpc", port: 9090, protocol: "grpc" as const },
  { name: "raw", port: 7000, protocol: "tcp" as const },
);
const envVar = fc.record({ name: fc.constantFrom("A", "B", "C"), value: fc.string({ maxLength: 4 }) });
const route = fc.record({
  host: fc.constantFrom("shop.dev.localhost", "pay.dev.localhost"),
  path: fc.constantFrom("/", "/api", "/a=b"),
  pathType: fc.constantFrom("prefix" as const, "exact" as const),
  port: fc.constant(8080),
});

/** Valid Specs that often differ in one place only, so that laws about differences are really tried. */
export const specArbitrary: fc.Arbitrary<AppSpec> = fc.record({
  schemaVersion: fc.constant(1 as const),
  replicas: fc.integer({ min: 0, max: 4 }),
  resources: fc.constantFrom(...Object.values(RESOURCE_PRESETS)),
  ports: fc.uniqueArray(port, { maxLength: 3, selector: (p) => p.name }),
  command: fc.array(fc.constantFrom("node", "--flag", ""), { maxLength: 2 }),
  args: fc.array(fc.constantFrom("server.js", "-v"), { maxLength: 2 }),
  env: fc.uniqueArray(envVar, { maxLength: 3, selector: (e) => e.name }),
  readinessProbe: fc.option(
    fc.record({
      path: fc.constantFrom("/", "/healthz"),
      port: fc.constant(8080),
      periodSeconds: fc.integer({ min: 1, max: 3 }),
      timeoutSeconds: fc.constant(1),
      failureThreshold: fc.constantFrom(1, 3),
    }),
  ),
  meshMode: fc.constantFrom("normal" as const, "mesh" as const),
  exposure: fc.option(
    fc.record({
      gatewayClass: fc.constantFrom("ingress" as const, "istio" as const),
      routes: fc.array(route, { minLength: 1, maxLength: 3 }),
    }),
  ),
  strategy: fc.record({
    ...Object.fromEntries(Object.entries(DEFAULT_STRATEGY).map(([key, value]) => [key, fc.constant(value)])),
    drainSeconds: fc.constantFrom(0, 2),
  }) as fc.Arbitrary<AppSpec["strategy"]>,
  restartedAt: fc.constantFrom(null, "2026-01-01T00:00:00.000Z"),
  image: fc.record({
    repository: fc.constant("127.0.0.1:7103/shop"),
    digest: digestArbitrary,
    tag: fc.constantFrom(undefined, "v1", "v2"),
    commitSha: fc.constantFrom(undefined, "abcdef1"),
  }),
});

/** One plain Spec for tests that speak of a single case. */
export function plainSpec(change: Partial<AppSpec> = {}): AppSpec {
  return {
    schemaVersion: 1,
    replicas: 2,
    resources: { ...RESOURCE_PRESETS.small },
    ports: [{ name: "http", port: 8080, protocol: "http" }],
    command: [],
    args: [],
    env: [],
    readinessProbe: { path: "/healthz", port: 8080, periodSeconds: 2, timeoutSeconds: 1, failureThreshold: 3 },
    meshMode: "normal",
    exposure: null,
    strategy: { ...DEFAULT_STRATEGY },
    restartedAt: null,
    image: { repository: "127.0.0.1:7103/shop", digest: `sha256:${"a".repeat(64)}`, tag: "abc-1" },
    ...change,
  };
}
