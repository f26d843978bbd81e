import { type AppSettingsInput, appSettings } from "#lib/apps/spec-schema";

/** A document as the first version of this schema wrote it, and as rows still hold it. */
export const FIRST = {
  schemaVersion: 1,
  replicas: 3,
  resources: {
    cpuRequestMillis: 125,
    cpuLimitMillis: 250,
    memoryRequestBytes: 134_217_728,
    memoryLimitBytes: 268_435_456,
  },
  ports: [{ name: "http", port: 8080, protocol: "http" }],
  command: ["node"],
  args: ["server.js"],
  env: [{ name: "LEVEL", value: "info" }],
  readinessProbe: { path: "/healthz", port: 8080, periodSeconds: 5, timeoutSeconds: 2, failureThreshold: 3 },
  meshMode: "normal",
  exposure: {
    gatewayClass: "ingress",
    routes: [{ host: "shop.dev.localhost", path: "/", pathType: "prefix", port: 8080 }],
  },
  strategy: {
    maxSurge: 1,
    maxUnavailable: 0,
    minReadySeconds: 1,
    progressDeadlineSeconds: 300,
    drainSeconds: 30,
    terminationGracePeriodSeconds: 30,
  },
  restartedAt: null,
} satisfies AppSettingsInput;
export const IMAGE = { repository: "127.0.0.1:7103/shop", digest: `sha256:${"a".repeat(64)}` };

/** What is wrong with the first document when some of it is replaced: [path, message] of each. */
export function problems(change: Partial<Record<keyof AppSettingsInput, unknown>>): [string, string][] {
  const { error } = appSettings.safeParse({ ...FIRST, ...change });
  return (error?.issues ?? []).map(({ path, message }) => [path.join("."), message]);
}
export const strategy = { ...FIRST.strategy, drainSeconds: 2 };
export const wrong = (change: Partial<Record<keyof AppSettingsInput, unknown>>) => problems({ strategy, ...change });
