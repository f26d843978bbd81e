import { type AppSpec } from "#lib/apps/spec-schema";
import { APP_LABEL, MANAGED_BY, RELEASE_LABEL } from "#lib/clusters/label-rules";

/** A Kubernetes object as Kepler writes it: plain data, ready for server-side apply. */
export type Manifest = {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels: Record<string, string>; annotations?: Record<string, string> };
  [field: string]: unknown;
};

export type ManifestInput = {
  app: { id: string; name: string };
  namespace: string;
  spec: AppSpec;
  releaseNumber: number;
  /** Number of the release that last changed the pod template: pods carry it, so that scaling restarts nothing. */
  podRelease: number;
  /** Hold the rollout (`kubectl rollout pause`); always written, so that a pause by hand ends with the next release. */
  paused?: boolean;
};

/**
 * Everything that Kepler applies for a Spec, in the order in which it is applied: what pods need comes before them,
 * what sends traffic to them after. The same input gives the same objects, byte for byte.
 */
export function renderManifests(input: ManifestInput): Manifest[] {
  const { spec } = input;
  return [
    serviceAccount(input),
    ...(spec.ports.length > 0 ? [service(input)] : []),
    deployment(input),
    ...(spec.replicas >= 2 ? [disruptionBudget(input)] : []),
    ...(spec.exposure?.gatewayClass === "ingress" ? [ingress(input)] : []),
  ];
}

/** The environment's namespace; shared by all its apps, so it carries no app's label. */
export const namespaceManifest = (namespace: string): Manifest => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name: namespace, labels: { ...MANAGED_BY } },
});

/** Would going from one Spec to the other leave running pods alone? */
export function samePodTemplate(a: AppSpec, b: AppSpec, app: { id: string; name: string }): boolean {
  const template = (spec: AppSpec) =>
    JSON.stringify(podTemplate({ app, namespace: "", spec, releaseNumber: 0, podRelease: 0 }));
  return template(a) === template(b);
}

const selector = ({ app }: ManifestInput) => ({ "app.kubernetes.io/name": app.name, [APP_LABEL]: app.id });

function metadata(input: ManifestInput): Manifest["metadata"] {
  return { name: input.app.name, namespace: input.namespace, labels: { ...selector(input), ...MANAGED_BY } };
}

const serviceAccount = (input: ManifestInput): Manifest => ({
  apiVersion: "v1",
  kind: "ServiceAccount",
  metadata: metadata(input),
  automountServiceAccountToken: false,
});

function service(input: ManifestInput): Manifest {
  const ports = input.spec.ports.map(({ name, port, protocol }) => ({
    name,
    port,
    targetPort: name,
    protocol: "TCP",
    appProtocol: protocol,
  }));
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: metadata(input),
    spec: { type: "ClusterIP", selector: selector(input), ports },
  };
}

function deployment(input: ManifestInput): Manifest {
  const { replicas, strategy } = input.spec;
  const meta = metadata(input);
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    // Tells whose apply was the last one: a release that finds another number here applies again.
    metadata: { ...meta, labels: { ...meta.labels, [RELEASE_LABEL]: String(input.releaseNumber) } },
    spec: {
      replicas,
      paused: input.paused ?? false,
      revisionHistoryLimit: 3,
      minReadySeconds: strategy.minReadySeconds,
      progressDeadlineSeconds: Math.max(strategy.progressDeadlineSeconds, strategy.minReadySeconds + 1),
      selector: { matchLabels: selector(input) },
      strategy: {
        type: "RollingUpdate",
        rollingUpdate: { maxSurge: strategy.maxSurge, maxUnavailable: strategy.maxUnavailable },
      },
      template: podTemplate(input),
    },
  };
}

function podTemplate(input: ManifestInput) {
  const { spec } = input;
  return {
    metadata: {
      labels: {
        ...selector(input),
        ...MANAGED_BY,
        [RELEASE_LABEL]: String(input.podRelease),
        // The label overrides the namespace's own setting, in both directions (Istio, "Controlling the injection policy").
        "sidecar.istio.io/inject": spec.meshMode === "mesh" ? "true" : "false",
      },
      ...(spec.restartedAt ? { annotations: { "kubectl.kubernetes.io/restartedAt": spec.restartedAt } } : {}),
    },
    spec: {
      serviceAccountName: input.app.name,
      terminationGracePeriodSeconds: spec.strategy.terminationGracePeriodSeconds,
      containers: [container(input)],
    },
  };
}

function container({ app, spec }: ManifestInput) {
  const { resources, ports, strategy } = spec;
  const probe = readinessProbe(spec);
  return {
    name: app.name,
    image: `${spec.image.repository}@${spec.image.digest}`,
    imagePullPolicy: "IfNotPresent",
    ...(spec.command.length > 0 ? { command: spec.command } : {}),
    ...(spec.args.length > 0 ? { args: spec.args } : {}),
    ...(spec.env.length > 0 ? { env: spec.env.map(({ name, value }) => ({ name, value })) } : {}),
    ...(ports.length > 0
      ? { ports: ports.map(({ name, port }) => ({ name, containerPort: port, protocol: "TCP" })) }
      : {}),
    resources: {
      requests: { cpu: `${resources.cpuRequestMillis}m`, memory: String(resources.memoryRequestBytes) },
      limits: { cpu: `${resources.cpuLimitMillis}m`, memory: String(resources.memoryLimitBytes) },
    },
    ...(probe ? { readinessProbe: probe } : {}),
    // Endpoints and proxies forget the pod while it still answers (KEP-3960, PreStop sleep).
    ...(strategy.drainSeconds > 0 ? { lifecycle: { preStop: { sleep: { seconds: strategy.drainSeconds } } } } : {}),
  };
}

/** Without a path of its own, a pod is ready when its first port accepts a connection: never before. */
function readinessProbe(spec: AppSpec) {
  const { readinessProbe: probe, ports } = spec;
  if (probe) {
    const { path, port, periodSeconds, timeoutSeconds, failureThreshold } = probe;
    return { httpGet: { path, port, scheme: "HTTP" }, periodSeconds, timeoutSeconds, failureThreshold };
  }
  const first = ports[0];
  return first ? { tcpSocket: { port: first.port }, periodSeconds: 2, timeoutSeconds: 1, failureThreshold: 3 } : null;
}

/** Keeps a drain of a node from taking every pod at once. */
const disruptionBudget = (input: ManifestInput): Manifest => ({
  apiVersion: "policy/v1",
  kind: "PodDisruptionBudget",
  metadata: metadata(input),
  spec: { maxUnavailable: 1, selector: { matchLabels: selector(input) } },
});

/** The standby gateway class: Traefik reads Ingress objects. One rule for each host, its paths in the order of the Spec. */
function ingress(input: ManifestInput): Manifest {
  const routes = input.spec.exposure?.routes ?? [];
  const hosts = [...new Set(routes.map((route) => route.host))];
  const rules = hosts.map((host) => ({
    host,
    http: {
      paths: routes
        .filter((route) => route.host === host)
        .map((route) => ({
          path: route.path,
          pathType: route.pathType === "exact" ? "Exact" : "Prefix",
          backend: { service: { name: input.app.name, port: { number: route.port } } },
        })),
    },
  }));
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: metadata(input),
    spec: { ingressClassName: "traefik", rules },
  };
}
