import {
  core,
  group,
  JSON_PATCH,
  MERGE,
  make,
  named,
  patch,
  type Recorded,
  read,
  STRATEGIC,
  template,
} from "./request.ts";

export const workloads: Recorded[] = [
  make("fills in a Deployment", group("apps/v1", "deployments"), {
    ...named("web"),
    spec: { selector: { matchLabels: { app: "web" } }, template: template({ app: "web" }) },
  }),
  make("refuses an empty Deployment", group("apps/v1", "deployments"), named("b")),
  make("refuses a selector that misses its template", group("apps/v1", "deployments"), {
    ...named("b"),
    spec: { selector: { matchLabels: { app: "b" } }, template: template({ app: "c" }) },
  }),
  make("refuses a strategy that moves nothing", group("apps/v1", "deployments"), {
    ...named("b"),
    spec: {
      replicas: -1,
      selector: { matchLabels: { app: "b" } },
      template: template({ app: "b" }, { restartPolicy: "Never" }),
      strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 0 } },
    },
  }),
  patch("keeps a selector", group("apps/v1", "deployments/web"), MERGE, {
    spec: { selector: { matchLabels: { app: "other" } } },
  }),
  patch("merges containers by name", group("apps/v1", "deployments/web"), STRATEGIC, {
    spec: {
      template: {
        spec: {
          containers: [
            { name: "app", env: [{ name: "A", value: "1" }] },
            { name: "side", image: "example.org/side:1" },
          ],
        },
      },
    },
  }),
  patch("deletes a container by name", group("apps/v1", "deployments/web"), STRATEGIC, {
    spec: { template: { spec: { containers: [{ name: "side", $patch: "delete" }] } } },
  }),
  patch("applies a JSON patch", group("apps/v1", "deployments/web"), JSON_PATCH, [
    { op: "test", path: "/spec/replicas", value: 1 },
    { op: "replace", path: "/spec/replicas", value: 2 },
  ]),
  patch("refuses a JSON patch whose test fails", group("apps/v1", "deployments/web"), JSON_PATCH, [
    { op: "test", path: "/spec/replicas", value: 1 },
  ]),
  patch("refuses a patch of no kind", group("apps/v1", "deployments/web"), "application/json", {}),
  read("shows the scale", group("apps/v1", "deployments/web/scale")),
  patch("changes the scale", group("apps/v1", "deployments/web/scale"), MERGE, { spec: { replicas: 3 } }),
  make("fills in a ReplicaSet", group("apps/v1", "replicasets"), {
    ...named("set"),
    spec: { selector: { matchLabels: { app: "set" } }, template: template({ app: "set" }) },
  }),
  make("fills in a StatefulSet", group("apps/v1", "statefulsets"), {
    ...named("store"),
    spec: {
      serviceName: "store",
      selector: { matchLabels: { app: "store" } },
      template: template({ app: "store" }),
      volumeClaimTemplates: [
        { ...named("data"), spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } } },
      ],
    },
  }),
  patch("keeps a StatefulSet's service", group("apps/v1", "statefulsets/store"), MERGE, {
    spec: { serviceName: "other" },
  }),
  make("fills in a Job", group("batch/v1", "jobs"), {
    ...named("once"),
    spec: { template: template({}, { restartPolicy: "Never" }) },
  }),
  make("refuses a Job that never ends", group("batch/v1", "jobs"), { ...named("b"), spec: { template: template({}) } }),
  patch("keeps a Job's template", group("batch/v1", "jobs/once"), STRATEGIC, {
    spec: { template: { spec: { containers: [{ name: "app", image: "other" }] } } },
  }),
  make("fills in a CronJob", group("batch/v1", "cronjobs"), {
    ...named("hourly"),
    spec: {
      schedule: "0 * * * *",
      jobTemplate: { spec: { template: template({}, { restartPolicy: "OnFailure" }) } },
    },
  }),
  make("refuses a CronJob at no time", group("batch/v1", "cronjobs"), {
    ...named("b"),
    spec: {
      schedule: "often",
      timeZone: "Middle/Earth",
      jobTemplate: { spec: { template: template({}, { restartPolicy: "OnFailure" }) } },
    },
  }),
  make("fills in an autoscaler", group("autoscaling/v2", "horizontalpodautoscalers"), {
    ...named("web"),
    spec: { scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" }, maxReplicas: 3 },
  }),
  read("shows an autoscaler in version 1", group("autoscaling/v1", "horizontalpodautoscalers/web")),
  make("takes an autoscaler in version 1", group("autoscaling/v1", "horizontalpodautoscalers"), {
    ...named("old"),
    spec: {
      scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" },
      maxReplicas: 3,
      targetCPUUtilizationPercentage: 50,
    },
  }),
  make("refuses an autoscaler with crossed bounds", group("autoscaling/v2", "horizontalpodautoscalers"), {
    ...named("b"),
    spec: {
      scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" },
      minReplicas: 3,
      maxReplicas: 2,
    },
  }),
];

export const others: Recorded[] = [
  make("fills in an Ingress", group("networking.k8s.io/v1", "ingresses"), {
    ...named("web"),
    spec: {
      rules: [
        {
          host: "web.example.org",
          http: {
            paths: [{ path: "/", pathType: "Prefix", backend: { service: { name: "web", port: { number: 80 } } } }],
          },
        },
      ],
    },
  }),
  make("refuses an empty Ingress", group("networking.k8s.io/v1", "ingresses"), { ...named("b"), spec: {} }),
  make("fills in an IngressClass", "/apis/networking.k8s.io/v1/ingressclasses", {
    ...named("recorded-class"),
    spec: { controller: "example.org/controller" },
  }),
  make("fills in a NetworkPolicy", group("networking.k8s.io/v1", "networkpolicies"), {
    ...named("closed"),
    spec: { podSelector: {}, ingress: [{ ports: [{ port: 80 }] }] },
  }),
  make("fills in a budget", group("policy/v1", "poddisruptionbudgets"), {
    ...named("web"),
    spec: { minAvailable: 1, selector: { matchLabels: { app: "web" } } },
  }),
  make("refuses a budget that says both", group("policy/v1", "poddisruptionbudgets"), {
    ...named("b"),
    spec: { minAvailable: 1, maxUnavailable: 1 },
  }),
  make("fills in an EndpointSlice", group("discovery.k8s.io/v1", "endpointslices"), {
    ...named("slice"),
    addressType: "IPv4",
    endpoints: [{ addresses: ["192.0.2.1"] }],
    ports: [{ port: 80 }],
  }),
  make("fills in a StorageClass", "/apis/storage.k8s.io/v1/storageclasses", {
    ...named("recorded-storage"),
    provisioner: "example.org/disk",
  }),
  make("fills in a Lease", group("coordination.k8s.io/v1", "leases"), {
    ...named("leader"),
    spec: { holderIdentity: "me" },
  }),
  make("fills in a Role", group("rbac.authorization.k8s.io/v1", "roles"), {
    ...named("reader"),
    rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["get"] }],
  }),
  make("fills in a RoleBinding", group("rbac.authorization.k8s.io/v1", "rolebindings"), {
    ...named("reader"),
    roleRef: { kind: "Role", name: "reader", apiGroup: "rbac.authorization.k8s.io" },
    subjects: [{ kind: "User", name: "someone" }],
  }),
  make("fills in a ResourceQuota", core("resourcequotas"), { ...named("quota"), spec: { hard: { pods: "10" } } }),
];
