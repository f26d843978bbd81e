import { z } from "zod";
import { parseQuantity } from "#lib/apps/quantity-rules";
import { type ContainerView } from "./schema.ts";

const port = z.union([z.number().int(), z.string()]);
const probe = z
  .object({
    httpGet: z.object({ path: z.string().default("/"), port, scheme: z.string().default("HTTP") }).nullish(),
    tcpSocket: z.object({ port }).nullish(),
    grpc: z.object({ port }).nullish(),
    exec: z.object({ command: z.array(z.string()).default([]) }).nullish(),
    initialDelaySeconds: z.number().int().default(0),
    periodSeconds: z.number().int().default(10),
    timeoutSeconds: z.number().int().default(1),
    failureThreshold: z.number().int().default(3),
  })
  .transform(({ httpGet, tcpSocket, grpc, exec, ...timing }) => ({
    ...timing,
    /** What it asks, as one reads it: "GET :8080/healthz". */
    asks: httpGet
      ? `GET :${httpGet.port}${httpGet.path}`
      : tcpSocket
        ? `TCP :${tcpSocket.port}`
        : grpc
          ? `gRPC :${grpc.port}`
          : (exec?.command.join(" ") ?? ""),
    port: httpGet?.port ?? tcpSocket?.port ?? grpc?.port ?? null,
  }));
export type SeenProbe = z.output<typeof probe>;

const named = z.object({ name: z.string().optional() }).nullish();
/** Where variables come from (https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/). */
const variableSources = {
  envFrom: z.array(z.object({ configMapRef: named, secretRef: named })).nullish(),
  env: z.array(z.object({ valueFrom: z.object({ configMapKeyRef: named, secretKeyRef: named }).nullish() })).nullish(),
};

const quantities = z.record(z.string(), z.union([z.string(), z.number()]).transform(String)).nullish();

/** The part of a core/v1 Container that Kepler looks at (https://kubernetes.io/docs/reference/generated/kubernetes-api/). */
export const containerSpec = z
  .object({
    name: z.string(),
    restartPolicy: z.string().nullish(),
    ...variableSources,
    ports: z.array(z.object({ name: z.string().nullish(), containerPort: z.number().int() })).nullish(),
    resources: z.object({ requests: quantities, limits: quantities }).nullish(),
    startupProbe: probe.nullish(),
    readinessProbe: probe.nullish(),
    livenessProbe: probe.nullish(),
  })
  .transform(({ ports, startupProbe, readinessProbe, livenessProbe, ...rest }) => ({
    ...rest,
    ports: (ports ?? []).map(({ name, containerPort }) => ({ name: name ?? null, port: containerPort })),
    probes: { startup: startupProbe ?? null, readiness: readinessProbe ?? null, liveness: livenessProbe ?? null },
  }));
type ContainerSpec = z.output<typeof containerSpec>;

const terminated = z.object({
  exitCode: z.number().int().default(0),
  signal: z.number().int().optional(),
  reason: z.string().optional(),
  message: z.string().optional(),
  finishedAt: z.string().nullish(),
});
const containerState = z
  .object({
    waiting: z.object({ reason: z.string().optional(), message: z.string().optional() }).nullish(),
    running: z.object({ startedAt: z.string().nullish() }).nullish(),
    terminated: terminated.nullish(),
  })
  .nullish();
/** The same of a ContainerStatus. */
export const containerStatus = z.object({
  name: z.string(),
  ready: z.boolean().default(false),
  restartCount: z.number().int().default(0),
  image: z.string().default(""),
  imageID: z.string().default(""),
  state: containerState,
  lastState: containerState,
});
export type ContainerStatus = z.infer<typeof containerStatus>;

/** What it asks for and what it may have: thousandths of a core, bytes; null where it does not say. */
const resourcesOf = ({ resources }: Pick<ContainerSpec, "resources">) => ({
  cpuRequestMillis: amount(resources?.requests?.cpu, 1000),
  cpuLimitMillis: amount(resources?.limits?.cpu, 1000),
  memoryRequestBytes: amount(resources?.requests?.memory, 1),
  memoryLimitBytes: amount(resources?.limits?.memory, 1),
});

/**
 * A quantity in parts of its unit, rounded; null for none, and for what is no quantity. What is too large to be told exactly
 * is the most that can be.
 */
export function amount(text: string | undefined, parts: number): number | null {
  const nanos = text === undefined ? undefined : parseQuantity(text).value;
  return nanos === undefined ? null : Math.min(Math.round((Number(nanos) / 1e9) * parts), Number.MAX_SAFE_INTEGER);
}

export type SeenContainer = ContainerView & Pick<ContainerSpec, "ports" | "probes">;

/** A container as its pod's spec wants it and its status has it; one without a status has not begun yet. */
export function seeContainer(
  spec: ContainerSpec,
  kind: SeenContainer["kind"],
  status?: ContainerStatus,
): SeenContainer {
  const { running, waiting, terminated } = status?.state ?? {};
  const last = status?.lastState?.terminated;
  return {
    name: spec.name,
    kind,
    ready: status?.ready ?? false,
    restarts: status?.restartCount ?? 0,
    state: running ? "running" : terminated ? "terminated" : "waiting",
    reason: waiting?.reason ?? terminated?.reason ?? null,
    message: waiting?.message ?? terminated?.message ?? null,
    exitCode: terminated?.exitCode ?? null,
    startedAt: running?.startedAt ?? null,
    lastReason: last?.reason ?? null,
    lastExitCode: last?.exitCode ?? null,
    lastMessage: last?.message ?? null,
    lastFinishedAt: (last ?? terminated)?.finishedAt ?? null,
    ...resourcesOf(spec),
    ports: spec.ports,
    probes: spec.probes,
  };
}
