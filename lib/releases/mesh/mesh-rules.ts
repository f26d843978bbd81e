import { z } from "zod";
import { type Sidecar } from "#lib/apps/spec/sidecar-schema";
import { type PublicError } from "#lib/platform/errors";
import { type Amounts, amountOf, type PodNeeds } from "../gates/pod-needs-rules.ts";
import { type MeshPreflight } from "./schema.ts";

const amounts = z.record(z.string(), z.string()).default({});
const resources = z.object({ requests: amounts, limits: amounts }).prefault({});
type Resources = z.infer<typeof resources>;
const probe = z.object({ httpGet: z.object({ path: z.string().default("/") }).optional() }).optional();
const container = z.object({
  name: z.string(),
  image: z.string().default(""),
  restartPolicy: z.string().optional(),
  resources,
  startupProbe: probe,
  readinessProbe: probe,
  livenessProbe: probe,
});
const tried = z.object({
  metadata: z.object({ annotations: z.record(z.string(), z.string()).default({}) }).prefault({}),
  spec: z.object({ containers: z.array(container), initContainers: z.array(container).default([]) }),
});

/** What was found by trying a pod out: its proxy, that it got none, that nothing could be tried, or why it would not be made. */
export type Injection =
  | { is: "injected"; proxy: NonNullable<MeshPreflight["proxy"]>; resources: Resources }
  | { is: "missing" }
  | { is: "untried" }
  | { is: "refused"; error: PublicError };

const PROXY = "istio-proxy";
/** Where Istio's proxy asks the program itself (istio.io/latest/docs/ops/configuration/mesh/app-health-check). */
const REWRITTEN = /^\/app-health\//;

/** A pod as admission left it. */
export function readInjection(pod: unknown): Injection {
  const parsed = tried.safeParse(pod);
  if (!parsed.success) return { is: "untried" };
  const { metadata, spec } = parsed.data;
  const proxy = [...spec.initContainers, ...spec.containers].find(({ name }) => name === PROXY);
  if (proxy === undefined) return { is: "missing" };
  const status = z
    .object({ revision: z.string() })
    .safeParse(jsonOf(metadata.annotations["sidecar.istio.io/status"] ?? ""));
  const asked = spec.containers
    .filter(({ name }) => name !== PROXY)
    .flatMap(({ startupProbe, readinessProbe, livenessProbe }) => [startupProbe, readinessProbe, livenessProbe])
    .flatMap((each) => each?.httpGet?.path ?? []);
  return {
    is: "injected",
    resources: proxy.resources,
    proxy: {
      version: /:([^:/@]+)(@.*)?$/.exec(proxy.image)?.[1] ?? null,
      revision: status.data?.revision ?? null,
      isNative: proxy.restartPolicy === "Always",
      cpuRequest: proxy.resources.requests.cpu ?? null,
      memoryRequest: proxy.resources.requests.memory ?? null,
      probesRewritten: asked.length === 0 ? null : asked.every((path) => REWRITTEN.test(path)),
    },
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** What Istio's default profile gives a proxy, for where no pod could be tried (istio.io/latest/docs/setup/additional-setup/config-profiles). */
const DEFAULTS: Resources = {
  requests: { cpu: "100m", memory: "128Mi" },
  limits: { cpu: "2", memory: "1Gi" },
};

/** A workload's pods with the proxies that the injector puts beside them: a quota counts those too. */
export function withProxies(
  needs: PodNeeds | null,
  sidecar: Sidecar | undefined,
  injection: Injection,
): PodNeeds | null {
  if (needs === null) return null;
  return { ...needs, each: sum(needs.each, proxyNeeds(sidecar, injection)) };
}

function proxyNeeds(sidecar: Sidecar | undefined, injection: Injection): Amounts {
  const own = sidecar?.resources;
  if (own)
    return {
      "requests.cpu": own.cpuRequestMillis / 1000,
      "limits.cpu": own.cpuLimitMillis / 1000,
      "requests.memory": own.memoryRequestBytes,
      "limits.memory": own.memoryLimitBytes,
    };
  const { requests, limits } = injection.is === "injected" ? injection.resources : DEFAULTS;
  return Object.fromEntries(
    Object.entries({ requests, limits }).flatMap(([section, all]) =>
      Object.entries(all).map(([name, text]) => [`${section}.${name}`, amountOf(text) ?? 0]),
    ),
  );
}

const sum = (a: Amounts, b: Amounts): Amounts =>
  Object.fromEntries(
    [...new Set([...Object.keys(a), ...Object.keys(b)])].map((key) => [key, (a[key] ?? 0) + (b[key] ?? 0)]),
  );
