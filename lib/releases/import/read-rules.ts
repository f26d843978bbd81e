import { type z } from "zod";
import { parseBytes, parseCpuMillis } from "#lib/apps/quantity-rules";
import { containerPath, dnsLabel } from "#lib/apps/spec/names-schema";
import { specHostAlias, specPort } from "#lib/apps/spec/network-schema";
import { specAnnotation, specLabel } from "#lib/apps/spec/pod-schema";
import { type SpecVolume, specVolume } from "#lib/apps/spec/storage-schema";
import { specEnvVar } from "#lib/apps/spec/stored-schema";
import { type AppSpec, appSpec, RESOURCE_PRESETS, SPEC_VERSION } from "#lib/apps/spec-schema";
import { type FoundContainer, type FoundDeployment, type FoundPod, type Surroundings } from "./found-schema.ts";
import { readPlacement } from "./placement-rules.ts";
import { probePorts, readProbe } from "./probe-rules.ts";
import { readSidecar } from "./sidecar-rules.ts";

/**
 * A Deployment that Kepler did not make, read as a Spec: rendering that Spec wants what stands there, and what the Spec cannot
 * say is not in it. Null when it cannot be read at all (several containers, no known digest, an odd value); `refusalOf`
 * says which.
 */
export function readDeployment(found: FoundDeployment, around: Surroundings): AppSpec | null {
  const { spec } = found;
  const { labels, annotations } = spec.template.metadata;
  const pod = spec.template.spec;
  const [container] = pod.containers;
  const image = container && readImage(container.image, around.digest);
  if (!container || !image) return null;
  const ports = readPorts(container);
  const selector = pairs(spec.selector.matchLabels);
  const isSelector = ({ name }: { name: string }) => selector.some((each) => each.name === name);
  const read = appSpec.safeParse({
    schemaVersion: SPEC_VERSION,
    adopted: {
      selector,
      container: container.name,
      serviceAccount: pod.serviceAccountName ?? null,
      leaves: around.leaves,
    },
    replicas: spec.replicas,
    resources: readResources(container),
    ports,
    command: container.command ?? [],
    args: container.args ?? [],
    env: sound(specEnvVar.strict(), container.env),
    startupProbe: readProbe(container.startupProbe, ports),
    readinessProbe: readProbe(container.readinessProbe, ports),
    livenessProbe: readProbe(container.livenessProbe, ports),
    volumes: readVolumes(pod, container),
    hostAliases: sound(specHostAlias, pod.hostAliases),
    podLabels: sound(specLabel, pairs(labels)).filter((label) => !isSelector(label)),
    podAnnotations: sound(specAnnotation, pairs(annotations)),
    security: readSecurity(pod, container),
    placement: readPlacement(pod, spec.selector.matchLabels ?? {}),
    meshMode: isMeshed(labels?.["sidecar.istio.io/inject"], around) ? "mesh" : "normal",
    sidecar: readSidecar(annotations),
    exposure: null,
    strategy: readStrategy(found, container),
    restartedAt: readTime(annotations?.["kubectl.kubernetes.io/restartedAt"]),
    image,
  });
  return read.success ? read.data : null;
}

const pairs = (map: Record<string, string> | null | undefined): { name: string; value: string }[] =>
  Object.entries(map ?? {}).map(([name, value]) => ({ name, value }));

/** Those of a list that the Spec can say. */
function sound<Schema extends z.ZodType>(schema: Schema, list: readonly unknown[] | null | undefined) {
  return (list ?? []).flatMap((each): z.output<Schema>[] => {
    const parsed = schema.safeParse(each);
    return parsed.success ? [parsed.data] : [];
  });
}

/** "registry:5000/team/shop:1.2@sha256:…": only a digest says what runs, so one that is not written there is the pods'. */
function readImage(reference: string, running: string | null): AppSpec["image"] | null {
  const [, named = "", written] = /^([^@]+)(?:@(sha256:[0-9a-f]{64}))?$/.exec(reference) ?? [];
  const [, repository = "", tag] = /^(.+?)(?::([\w][\w.-]{0,127}))?$/.exec(named) ?? [];
  const digest = written ?? running;
  if (repository === "" || digest === null || digest === undefined) return null;
  return { repository, digest, ...(tag === undefined ? {} : { tag }) };
}

/** With the ports that probes ask, which need not be declared in Kubernetes. What has no name gets one that says the number. */
function readPorts(container: FoundContainer): AppSpec["ports"] {
  const declared = (container.ports ?? []).filter(({ protocol }) => protocol === "TCP");
  const asked = probePorts(container).filter((port) => !declared.some(({ containerPort }) => containerPort === port));
  const all = [...declared, ...asked.map((containerPort) => ({ name: null, containerPort }))];
  return sound(
    specPort,
    all.map(({ name, containerPort: port }) => ({
      name: name ?? `p${port}`,
      port,
      protocol: name?.startsWith("grpc") ? "grpc" : name?.startsWith("http") ? "http" : "tcp",
    })),
  );
}

/** A Spec always has all four. What is not said there is roomy here: it comes with the first release that makes new pods. */
function readResources({ resources }: FoundContainer): AppSpec["resources"] {
  const { requests, limits } = { requests: resources?.requests ?? {}, limits: resources?.limits ?? {} };
  const roomy = RESOURCE_PRESETS.large;
  const cpu = within(
    [parseCpuMillis(requests.cpu ?? "").value, parseCpuMillis(limits.cpu ?? "").value],
    [roomy.cpuRequestMillis, roomy.cpuLimitMillis],
    10,
  );
  const memory = within(
    [parseBytes(requests.memory ?? "").value, parseBytes(limits.memory ?? "").value],
    [roomy.memoryRequestBytes, roomy.memoryLimitBytes],
    16 * 1024 ** 2,
  );
  return {
    cpuRequestMillis: cpu.request,
    cpuLimitMillis: cpu.limit,
    memoryRequestBytes: memory.request,
    memoryLimitBytes: memory.limit,
  };
}

/** Kubernetes itself takes a limit for the request where there is none. */
function within(
  [request, limit]: readonly (number | undefined)[],
  [someRequest, someLimit]: readonly [number, number],
  least: number,
) {
  const most = Math.max(least, limit ?? Math.max(someLimit, request ?? 0));
  return { limit: most, request: Math.min(most, Math.max(least, request ?? limit ?? someRequest)) };
}

/** Volumes with one place in the container; others stay as they are. */
function readVolumes(pod: FoundPod, container: FoundContainer): SpecVolume[] {
  return (pod.volumes ?? []).flatMap((volume): SpecVolume[] => {
    const mounts = (container.volumeMounts ?? []).filter(({ name }) => name === volume.name);
    const [mount] = mounts;
    if (!mount || mounts.length > 1 || !dnsLabel.safeParse(volume.name).success) return [];
    if (!containerPath.safeParse(mount.mountPath).success) return [];
    const place = { name: volume.name, mountPath: mount.mountPath };
    const { emptyDir, persistentVolumeClaim: claim } = volume;
    if (claim) {
      const readOnly = claim.readOnly === true && mount.readOnly === true;
      if (!readOnly && (claim.readOnly || mount.readOnly)) return [];
      const { claimName } = claim;
      return sound(specVolume, [{ type: "claim", ...place, claimName, subPath: mount.subPath ?? null, readOnly }]);
    }
    if (!emptyDir || mount.subPath || mount.readOnly) return [];
    const sizeLimitBytes = emptyDir.sizeLimit ? parseBytes(emptyDir.sizeLimit).value : null;
    return sound(specVolume, [
      { type: "empty", ...place, medium: emptyDir.medium === "Memory" ? "memory" : "disk", sizeLimitBytes },
    ]);
  });
}

function readSecurity(pod: FoundPod, { securityContext: own }: FoundContainer): Partial<AppSpec["security"]> {
  const all = pod.securityContext;
  return {
    runAsUser: all?.runAsUser ?? null,
    runAsGroup: all?.runAsGroup ?? null,
    fsGroup: all?.fsGroup ?? null,
    runAsNonRoot: all?.runAsNonRoot ?? false,
    seccomp: all?.seccompProfile?.type === "RuntimeDefault" ? "runtime-default" : null,
    readOnlyRootFilesystem: own?.readOnlyRootFilesystem ?? false,
    // What is not said is allowed in Kubernetes, unlike in a service of Kepler's own making.
    allowPrivilegeEscalation: own?.allowPrivilegeEscalation ?? true,
    dropCapabilities: own?.capabilities?.drop ?? [],
  };
}

function readStrategy({ spec }: FoundDeployment, { lifecycle }: FoundContainer): AppSpec["strategy"] {
  const { type, rollingUpdate } = spec.strategy;
  const { terminationGracePeriodSeconds: grace } = spec.template.spec;
  return {
    type: type === "Recreate" ? "recreate" : "rolling",
    maxSurge: rollingUpdate?.maxSurge ?? (type === "Recreate" ? 1 : "25%"),
    maxUnavailable: rollingUpdate?.maxUnavailable ?? (type === "Recreate" ? 0 : "25%"),
    minReadySeconds: spec.minReadySeconds,
    progressDeadlineSeconds: spec.progressDeadlineSeconds,
    drainSeconds: Math.min(lifecycle?.preStop?.sleep?.seconds ?? 0, Math.max(grace - 1, 0)),
    terminationGracePeriodSeconds: grace,
  };
}

const isMeshed = (asked: string | undefined, { meshedNamespace }: Surroundings): boolean =>
  asked === "true" || (meshedNamespace && asked !== "false");

function readTime(text: string | undefined): string | null {
  const at = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(at) ? null : new Date(at).toISOString();
}
