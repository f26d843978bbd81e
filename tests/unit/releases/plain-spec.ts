import { type AppSpec, appSpec } from "#lib/apps/spec-schema";
import { PLAIN_SETTINGS } from "#tests/world/plain-settings";

/** One plain Spec for tests that speak of a single case; what is not said has its default. */
export function plainSpec(change: Partial<AppSpec> = {}): AppSpec {
  const spec = appSpec.parse({
    ...PLAIN_SETTINGS,
    replicas: 2,
    readinessProbe: { path: "/healthz", port: 8080, periodSeconds: 2, timeoutSeconds: 1, failureThreshold: 3 },
    image: { repository: "127.0.0.1:7103/shop", digest: `sha256:${"a".repeat(64)}`, tag: "abc-1" },
  });
  return { ...spec, ...change };
}
