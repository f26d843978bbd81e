import { z } from "zod";

/**
 * AppSpec: everything wanted of an app in one environment, as one versioned document (ARCHITECTURE.md, "The one idea").
 * A release freezes one; each screen edits one part of it. Units stand in the names: millis of a CPU core, bytes, seconds.
 */
export const SPEC_VERSION = 1;

/** DNS label, RFC 1123: names of apps, ports and Kubernetes objects. 63 minus room for suffixes such as a pod's hash. */
export const appName = z
  .string()
  .min(2)
  .max(40)
  .regex(/^[a-z]([a-z0-9-]*[a-z0-9])?$/, "name.dns-label");

/** "sha256:" and 64 hex digits (OCI image spec, descriptor digests). */
export const imageDigest = z.string().regex(/^sha256:[0-9a-f]{64}$/);

export const specImage = z.object({
  /** registry/repository without tag or digest. */
  repository: z.string().min(1).max(255),
  digest: imageDigest,
  /** For people only: what runs is the digest. */
  tag: z.string().max(128).optional(),
  commitSha: z
    .string()
    .regex(/^[0-9a-f]{7,64}$/)
    .optional(),
});

const MEBIBYTE = 1024 ** 2;
const GIBIBYTE = 1024 ** 3;
const cpuMillis = z.number().int().min(10).max(64_000);
const memoryBytes = z
  .number()
  .int()
  .min(16 * MEBIBYTE)
  .max(512 * GIBIBYTE);

export const specResources = z
  .object({
    cpuRequestMillis: cpuMillis,
    cpuLimitMillis: cpuMillis,
    memoryRequestBytes: memoryBytes,
    memoryLimitBytes: memoryBytes,
  })
  .refine((r) => r.cpuRequestMillis <= r.cpuLimitMillis, {
    path: ["cpuRequestMillis"],
    message: "resources.request-over-limit",
  })
  .refine((r) => r.memoryRequestBytes <= r.memoryLimitBytes, {
    path: ["memoryRequestBytes"],
    message: "resources.request-over-limit",
  });
export type SpecResources = z.infer<typeof specResources>;

/** Size presets of one pod; the request is half of the limit, so that a burst has room. */
export const RESOURCE_PRESETS = {
  small: {
    cpuRequestMillis: 125,
    cpuLimitMillis: 250,
    memoryRequestBytes: 128 * MEBIBYTE,
    memoryLimitBytes: 256 * MEBIBYTE,
  },
  medium: {
    cpuRequestMillis: 250,
    cpuLimitMillis: 500,
    memoryRequestBytes: 256 * MEBIBYTE,
    memoryLimitBytes: 512 * MEBIBYTE,
  },
  large: {
    cpuRequestMillis: 500,
    cpuLimitMillis: 1000,
    memoryRequestBytes: 512 * MEBIBYTE,
    memoryLimitBytes: GIBIBYTE,
  },
} as const satisfies Record<string, SpecResources>;

export const specPort = z.object({
  /** IANA_SVC_NAME: at most 15 characters (Kubernetes ContainerPort.name). */
  name: z.string().regex(/^(?=.*[a-z])[a-z0-9]([a-z0-9-]{0,13}[a-z0-9])?$/, "port.name"),
  port: z.number().int().min(1).max(65_535),
  protocol: z.enum(["http", "grpc", "tcp"]),
});

export const specEnvVar = z.object({
  name: z
    .string()
    .max(128)
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "env.name"),
  value: z.string().max(8192),
});

export const specProbe = z.object({
  path: z
    .string()
    .max(512)
    .regex(/^\/\S*$/, "path.absolute"),
  port: z.number().int().min(1).max(65_535),
  periodSeconds: z.number().int().min(1).max(300),
  timeoutSeconds: z.number().int().min(1).max(60),
  failureThreshold: z.number().int().min(1).max(60),
});

export const specRoute = z.object({
  host: z
    .string()
    .max(253)
    .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/, "host.dns-name"),
  path: z
    .string()
    .max(512)
    .regex(/^\/[^\s?#]*$/, "path.absolute"),
  pathType: z.enum(["prefix", "exact"]),
  port: z.number().int().min(1).max(65_535),
});

export const specExposure = z.object({
  gatewayClass: z.enum(["ingress", "istio"]),
  routes: z.array(specRoute).min(1).max(20),
});

export const specStrategy = z
  .object({
    maxSurge: z.number().int().min(0).max(100),
    maxUnavailable: z.number().int().min(0).max(100),
    minReadySeconds: z.number().int().min(0).max(600),
    progressDeadlineSeconds: z.number().int().min(10).max(3600),
    /** Wait before SIGTERM, so that endpoints and proxies forget the pod first. */
    drainSeconds: z.number().int().min(0).max(120),
    terminationGracePeriodSeconds: z.number().int().min(1).max(600),
  })
  .refine((s) => s.maxSurge + s.maxUnavailable > 0, { path: ["maxSurge"], message: "strategy.no-progress" });

/** One new pod at a time, none of the old taken away before the new one is ready. */
export const DEFAULT_STRATEGY = {
  maxSurge: 1,
  maxUnavailable: 0,
  minReadySeconds: 1,
  progressDeadlineSeconds: 300,
  drainSeconds: 2,
  terminationGracePeriodSeconds: 30,
} as const;

/** Everything but the image: what the create wizard and later screens edit. */
export const appSettings = z
  .object({
    schemaVersion: z.literal(SPEC_VERSION),
    replicas: z.number().int().min(0).max(500),
    resources: specResources,
    ports: z.array(specPort).max(10),
    command: z.array(z.string().max(4096)).max(64),
    args: z.array(z.string().max(4096)).max(64),
    env: z.array(specEnvVar).max(200),
    readinessProbe: specProbe.nullable(),
    meshMode: z.enum(["normal", "mesh"]),
    exposure: specExposure.nullable(),
    strategy: specStrategy,
    /** Set by a restart: changes the pod template and nothing else. */
    restartedAt: z.iso.datetime().nullable(),
  })
  .superRefine(noDuplicates)
  .superRefine(portsThatExist);
export type AppSettings = z.infer<typeof appSettings>;

export const appSpec = z.intersection(appSettings, z.object({ image: specImage }));
export type AppSpec = z.infer<typeof appSpec>;

type Settings = {
  ports: { name: string; port: number }[];
  env: { name: string }[];
  readinessProbe: { port: number } | null;
  exposure: { routes: { port: number }[] } | null;
};

function noDuplicates(spec: Settings, ctx: z.RefinementCtx): void {
  const check = (values: (string | number)[], path: (i: number) => (string | number)[]) =>
    values.forEach((value, i) => {
      if (values.indexOf(value) < i) ctx.addIssue({ code: "custom", path: path(i), message: "duplicate" });
    });
  check(
    spec.ports.map((p) => p.port),
    (i) => ["ports", i, "port"],
  );
  check(
    spec.ports.map((p) => p.name),
    (i) => ["ports", i, "name"],
  );
  check(
    spec.env.map((e) => e.name),
    (i) => ["env", i, "name"],
  );
}

function portsThatExist(spec: Settings, ctx: z.RefinementCtx): void {
  const known = new Set(spec.ports.map((p) => p.port));
  if (spec.readinessProbe && !known.has(spec.readinessProbe.port)) {
    ctx.addIssue({ code: "custom", path: ["readinessProbe", "port"], message: "port.not-declared" });
  }
  spec.exposure?.routes.forEach((route, i) => {
    if (!known.has(route.port))
      ctx.addIssue({ code: "custom", path: ["exposure", "routes", i, "port"], message: "port.not-declared" });
  });
}
