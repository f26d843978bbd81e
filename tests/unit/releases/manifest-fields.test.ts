import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { type AppSpec, DEFAULT_SCALE_DOWN, DEFAULT_SCALE_UP } from "#lib/apps/spec-schema";
import { type Manifest, removedAfterRollout, renderManifests, samePodTemplate } from "#lib/releases/manifests";
import { plainSpec } from "./plain-spec.ts";

const app = { id: "0190b6a0-0000-7000-8000-000000000001", name: "shop" };
const logOutput = { image: "filebeat:9", elasticsearchHosts: ["http://elastic:9200"] };
const render = (change: Partial<AppSpec> = {}) =>
  renderManifests({
    app,
    namespace: "kepler-dev",
    spec: plainSpec(change),
    releaseNumber: 7,
    podRelease: 7,
    logOutput,
  });
const only = (manifests: Manifest[], kind: string): Manifest => {
  const found = manifests.filter((manifest) => manifest.kind === kind);
  expect(found).toHaveLength(1);
  return found[0] as Manifest;
};
const kinds = (manifests: Manifest[]) => manifests.map(({ kind }) => kind);

/** The pod template of the workload that a Spec with these fields is rendered to. */
function pod(change: Partial<AppSpec>) {
  const { template } = only(render(change), change.workload?.kind === "statefulset" ? "StatefulSet" : "Deployment")
    .spec as { template: { metadata: object; spec: { containers: [object] } } };
  return { ...template, container: template.spec.containers[0] };
}
const plain = plainSpec();
const timings = {
  initialDelaySeconds: 0,
  periodSeconds: 5,
  timeoutSeconds: 2,
  successThreshold: 1,
  failureThreshold: 3,
};
const { initialDelaySeconds: _, ...rendered } = timings;
const stateful = { kind: "statefulset", podManagement: "ordered" } as const;
const autoscaling: AppSpec["autoscaling"] = {
  ...{ minReplicas: 2, maxReplicas: 9, cpuPercent: 70, memoryPercent: 80 },
  ...{ scaleUp: DEFAULT_SCALE_UP, scaleDown: { ...DEFAULT_SCALE_DOWN, percent: null, pods: 1 } },
};

describe("the workload", () => {
  it("is a Deployment that rolls by numbers or shares, or is recreated", () => {
    const strategy = { ...plain.strategy, maxSurge: "25%", maxUnavailable: 1 };
    expect(only(render({ strategy }), "Deployment").spec).toMatchObject({
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: "25%", maxUnavailable: 1 } },
    });
    const recreated = only(render({ strategy: { ...strategy, type: "recreate" } }), "Deployment").spec;
    expect(recreated).toMatchObject({ strategy: { type: "Recreate" } });
    expect(JSON.stringify(recreated)).not.toContain("rollingUpdate");
  });

  it("is a StatefulSet with a Service that names its pods, and no Deployment", () => {
    const manifests = render({ workload: { kind: "statefulset", podManagement: "parallel" } });
    expect(kinds(manifests)).toEqual(["ServiceAccount", "Service", "Service", "StatefulSet", "PodDisruptionBudget"]);
    expect(only(manifests, "StatefulSet").spec).toMatchObject({
      ...{ serviceName: "shop-headless", podManagementPolicy: "Parallel", replicas: 2 },
      updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 0 } },
    });
    expect(manifests[2]).toMatchObject({
      metadata: { name: "shop-headless" },
      spec: { clusterIP: "None", publishNotReadyAddresses: true },
    });
  });

  it("is held by `paused`, or by a partition that no pod's number reaches", () => {
    const held = (change: Partial<AppSpec>) =>
      renderManifests({ app, namespace: "n", spec: plainSpec(change), releaseNumber: 1, podRelease: 1, paused: true });
    expect(only(held({}), "Deployment").spec).toMatchObject({ paused: true });
    expect(only(held({ workload: stateful }), "StatefulSet").spec).toMatchObject({
      updateStrategy: { rollingUpdate: { partition: 100_000 } },
    });
  });

  it("does not name the number of pods that an autoscaler owns, and has its budget by the fewest of them", () => {
    const manifests = render({ replicas: 1, autoscaling });
    expect(Object.keys(only(manifests, "Deployment").spec as object)).not.toContain("replicas");
    expect(kinds(manifests).slice(-2)).toEqual(["PodDisruptionBudget", "HorizontalPodAutoscaler"]);
    expect(only(manifests, "HorizontalPodAutoscaler").spec).toEqual({
      scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "shop" },
      ...{ minReplicas: 2, maxReplicas: 9 },
      metrics: [
        { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 70 } } },
        { type: "Resource", resource: { name: "memory", target: { type: "Utilization", averageUtilization: 80 } } },
      ],
      behavior: {
        scaleUp: {
          ...{ stabilizationWindowSeconds: 0, selectPolicy: "Max" },
          policies: [
            { type: "Percent", value: 100, periodSeconds: 15 },
            { type: "Pods", value: 4, periodSeconds: 15 },
          ],
        },
        scaleDown: {
          ...{ stabilizationWindowSeconds: 300, selectPolicy: "Max" },
          policies: [{ type: "Pods", value: 1, periodSeconds: 15 }],
        },
      },
    });
    expect(only(render({ workload: stateful, autoscaling }), "HorizontalPodAutoscaler").spec).toMatchObject({
      scaleTargetRef: { kind: "StatefulSet" },
    });
  });

  it("that is stopped has no autoscaler, which could not start it", () => {
    const manifests = render({ replicas: 0, autoscaling });
    expect(only(manifests, "Deployment").spec).toMatchObject({ replicas: 0 });
    expect(kinds(manifests)).not.toContain("HorizontalPodAutoscaler");
  });
});

describe("the container", () => {
  it("is asked by http, tcp, exec or grpc, at start, for readiness and for life", () => {
    expect(
      pod({
        startupProbe: { type: "exec", command: ["cat", "/ready"], ...timings, initialDelaySeconds: 3 },
        readinessProbe: {
          ...{ type: "http", path: "/up", port: 8080, scheme: "HTTPS", headers: [{ name: "X-A", value: "1" }] },
          ...timings,
        },
        livenessProbe: { type: "grpc", port: 8080, service: "shop", ...timings },
      }).container,
    ).toMatchObject({
      startupProbe: { exec: { command: ["cat", "/ready"] }, ...rendered, initialDelaySeconds: 3 },
      readinessProbe: {
        httpGet: { path: "/up", port: 8080, scheme: "HTTPS", httpHeaders: [{ name: "X-A", value: "1" }] },
        ...rendered,
      },
      livenessProbe: { grpc: { port: 8080, service: "shop" }, ...rendered },
    });
    const tcp = pod({ livenessProbe: { type: "tcp", port: 8080, ...timings } }).container;
    expect(tcp).toMatchObject({ livenessProbe: { tcpSocket: { port: 8080 }, ...rendered } });
  });

  it("says what it needs in the API's own spelling, so that nothing seems to differ from what is stored", () => {
    const resources = {
      ...{ cpuRequestMillis: 500, cpuLimitMillis: 2000 },
      ...{ memoryRequestBytes: 1.5 * 1024 ** 3, memoryLimitBytes: 2 * 1024 ** 3 },
    };
    expect(pod({ resources }).container).toMatchObject({
      resources: { requests: { cpu: "500m", memory: "1536Mi" }, limits: { cpu: "2", memory: "2Gi" } },
    });
  });

  it("may gain no privileges unless the Spec says so, and runs as whom it says, root included", () => {
    expect(pod({}).container).toMatchObject({ securityContext: { allowPrivilegeEscalation: false } });
    expect(JSON.stringify(pod({}).spec)).not.toContain("seccomp");
    const security: AppSpec["security"] = {
      ...{ runAsUser: 0, runAsGroup: 10, fsGroup: 20, runAsNonRoot: true, seccomp: "runtime-default" },
      ...{ readOnlyRootFilesystem: true, allowPrivilegeEscalation: true, dropCapabilities: ["ALL"] },
    };
    expect(pod({ security })).toMatchObject({
      spec: {
        securityContext: {
          ...{ runAsUser: 0, runAsGroup: 10, fsGroup: 20, runAsNonRoot: true },
          seccompProfile: { type: "RuntimeDefault" },
        },
      },
      container: {
        securityContext: {
          ...{ allowPrivilegeEscalation: true, readOnlyRootFilesystem: true },
          capabilities: { drop: ["ALL"] },
        },
      },
    });
  });
});

describe("files", () => {
  const files = (content: string) => [{ path: "/etc/shop/a-b.conf", content, mode: "0600" }];

  it("stand at their paths, from a ConfigMap that is named for its content and never changes", () => {
    const manifests = render({ files: files("one") });
    const map = only(manifests, "ConfigMap");
    expect(map).toMatchObject({ immutable: true, data: { "0.a-b.conf": "one" } });
    expect(kinds(manifests).indexOf("ConfigMap")).toBeLessThan(kinds(manifests).indexOf("Deployment"));
    expect(pod({ files: files("one") })).toMatchObject({
      spec: {
        volumes: [
          {
            name: "kepler-files",
            configMap: { name: map.metadata.name, items: [{ key: "0.a-b.conf", path: "0.a-b.conf", mode: 0o600 }] },
          },
        ],
      },
      container: {
        volumeMounts: [
          { name: "kepler-files", mountPath: "/etc/shop/a-b.conf", subPath: "0.a-b.conf", readOnly: true },
        ],
      },
    });
  });

  it("of other content are another ConfigMap, and other pods", () => {
    const name = (content: string) => only(render({ files: files(content) }), "ConfigMap").metadata.name;
    expect(name("one")).toBe(name("one"));
    expect(name("two")).not.toBe(name("one"));
    expect(samePodTemplate(plainSpec({ files: files("one") }), plainSpec({ files: files("two") }), app)).toBe(false);
  });
});

describe("volumes", () => {
  it("are room of the pod's, a claim that exists, or claims of a StatefulSet's pods", () => {
    const volumes: AppSpec["volumes"] = [
      { type: "empty", name: "tmp", mountPath: "/tmp", medium: "memory", sizeLimitBytes: 64 * 1024 ** 2 },
      { type: "claim", name: "media", mountPath: "/media", claimName: "media", subPath: "a/b", readOnly: true },
      { type: "template", name: "data", mountPath: "/data", sizeBytes: 1024 ** 3, storageClass: "fast" },
    ];
    const { spec, container } = pod({ workload: stateful, volumes });
    expect(spec).toMatchObject({
      volumes: [
        { name: "tmp", emptyDir: { medium: "Memory", sizeLimit: "64Mi" } },
        { name: "media", persistentVolumeClaim: { claimName: "media", readOnly: true } },
      ],
    });
    expect(container).toMatchObject({
      volumeMounts: [
        { name: "tmp", mountPath: "/tmp" },
        { name: "media", mountPath: "/media", subPath: "a/b", readOnly: true },
        { name: "data", mountPath: "/data" },
      ],
    });
    expect(only(render({ workload: stateful, volumes }), "StatefulSet").spec).toMatchObject({
      volumeClaimTemplates: [
        {
          metadata: { name: "data" },
          spec: {
            ...{ accessModes: ["ReadWriteOnce"], storageClassName: "fast" },
            resources: { requests: { storage: "1Gi" } },
          },
        },
      ],
    });
  });
});

describe("the pod", () => {
  it("carries the Spec's labels, annotations and hosts beside Kepler's own", () => {
    const { metadata, spec } = pod({
      podLabels: [{ name: "team", value: "shop" }],
      podAnnotations: [{ name: "example.com/note", value: "hello world" }],
      hostAliases: [{ ip: "10.0.0.1", hostnames: ["db.local"] }],
      restartedAt: "2026-01-01T00:00:00.000Z",
    });
    expect(metadata).toMatchObject({
      labels: { team: "shop", "app.kubernetes.io/name": "shop" },
      annotations: {
        "example.com/note": "hello world",
        "kubectl.kubernetes.io/restartedAt": "2026-01-01T00:00:00.000Z",
      },
    });
    expect(spec).toMatchObject({ hostAliases: [{ ip: "10.0.0.1", hostnames: ["db.local"] }] });
  });

  it("goes where it may, apart from its likes", () => {
    const labelSelector = { matchLabels: { "app.kubernetes.io/name": "shop", "kepler.dev/app": app.id } };
    const placement: AppSpec["placement"] = {
      nodeSelector: [{ name: "disk", value: "ssd" }],
      tolerations: [{ key: "spot", operator: "exists", value: "", effect: "NoSchedule" }],
      spread: [
        { over: "zones", maxSkew: 1, strict: true },
        { over: "nodes", maxSkew: 2, strict: false },
      ],
      antiAffinity: "required",
    };
    expect(pod({ placement }).spec).toMatchObject({
      nodeSelector: { disk: "ssd" },
      tolerations: [{ key: "spot", operator: "Exists", effect: "NoSchedule" }],
      topologySpreadConstraints: [
        {
          ...{ topologyKey: "topology.kubernetes.io/zone", maxSkew: 1 },
          whenUnsatisfiable: "DoNotSchedule",
          labelSelector,
        },
        {
          ...{ topologyKey: "kubernetes.io/hostname", maxSkew: 2 },
          whenUnsatisfiable: "ScheduleAnyway",
          labelSelector,
        },
      ],
      affinity: {
        podAntiAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: "kubernetes.io/hostname", labelSelector }],
        },
      },
    });
    expect(pod({ placement: { ...placement, antiAffinity: "preferred" } }).spec).toMatchObject({
      affinity: { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100 }] } },
    });
  });
});

describe("log collection", () => {
  const logCollection: AppSpec["logCollection"] = {
    directory: "/var/log/shop",
    include: "**/*.log",
    multiline: { pattern: "^\\s", negate: false, match: "after" },
  };

  it("is a sidecar that shares the directory, with requests of its own and its configuration in a ConfigMap", () => {
    const map = only(render({ logCollection }), "ConfigMap");
    const data = map.data as Record<string, string>;
    expect(parse(data["filebeat.yml"] ?? "")).toEqual({
      "filebeat.inputs": [
        {
          ...{ type: "filestream", id: "shop", paths: ["/var/log/shop/**/*.log"], fields_under_root: true },
          parsers: [{ multiline: { type: "pattern", pattern: "^\\s", negate: false, match: "after" } }],
          fields: { kepler: { app: "shop", namespace: "kepler-dev", pod: `\${POD_NAME}` } },
        },
      ],
      "output.elasticsearch": { hosts: ["http://elastic:9200"] },
    });
    const { spec, container } = pod({ logCollection });
    expect(spec).toMatchObject({
      initContainers: [
        {
          ...{ name: "filebeat", image: "filebeat:9", restartPolicy: "Always" },
          resources: { requests: { cpu: "50m", memory: "64Mi" } },
          volumeMounts: [
            { name: "kepler-logs", mountPath: "/var/log/shop", readOnly: true },
            { name: "kepler-filebeat", mountPath: "/etc/kepler-filebeat" },
          ],
        },
      ],
      volumes: [
        { name: "kepler-logs", emptyDir: {} },
        { name: "kepler-filebeat", configMap: { name: map.metadata.name } },
      ],
    });
    expect(container).toMatchObject({ volumeMounts: [{ name: "kepler-logs", mountPath: "/var/log/shop" }] });
  });

  it("that changes gives other pods", () => {
    const other = { ...logCollection, multiline: null };
    expect(samePodTemplate(plainSpec({ logCollection }), plainSpec({ logCollection: other }), app)).toBe(false);
  });
});

describe("removal", () => {
  it("waits for the last pod where pods are made with it, and comes first where it acts on them", () => {
    const all = render({ files: [{ path: "/a", content: "", mode: "0644" }], autoscaling });
    expect(kinds(all).filter(removedAfterRollout)).toEqual(["ServiceAccount", "ConfigMap", "Service"]);
  });
});
