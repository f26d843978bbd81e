import { deploymentOf } from "#tests/contract/sandbox/kubernetes-ground";

/** A Deployment of one pod that greets. */
export const manifestOf = (name: string, image: string) => deploymentOf(name, image, 1, "hello");

const named = (apiVersion: string, kind: string, body: object = {}, name = "one") => ({
  apiVersion,
  kind,
  metadata: { name },
  ...body,
});
const template = { metadata: { labels: { app: "one" } }, spec: { containers: [{ name: "app", image: "one:1" }] } };
const selector = { matchLabels: { app: "one" } };
const job = { template: { spec: { restartPolicy: "Never", containers: [{ name: "app", image: "one:1" }] } } };

/** One of each kind that Kepler or its users touch. */
export const EVERY_KIND = [
  named("v1", "Namespace", {}, "kubectl-one"),
  named("v1", "ConfigMap", { data: { a: "1" } }),
  named("v1", "Secret", { data: { a: "MQ==" } }),
  named("v1", "ServiceAccount"),
  named("v1", "Service", { spec: { selector: { app: "one" }, ports: [{ port: 80 }] } }),
  named("v1", "Pod", { spec: template.spec }),
  named("v1", "LimitRange", { spec: { limits: [{ type: "Container", max: { cpu: "64" } }] } }),
  named("v1", "ResourceQuota", { spec: { hard: { secrets: "100" } } }),
  named("v1", "PersistentVolumeClaim", {
    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
  }),
  named("apps/v1", "Deployment", { spec: { replicas: 0, selector, template } }),
  named("apps/v1", "StatefulSet", { spec: { replicas: 0, serviceName: "one", selector, template } }),
  named("batch/v1", "Job", { spec: { suspend: true, ...job } }),
  named("networking.k8s.io/v1", "Ingress", {
    spec: { defaultBackend: { service: { name: "one", port: { number: 80 } } } },
  }),
  named("networking.k8s.io/v1", "IngressClass", { spec: { controller: "example.org/one" } }, "kubectl-one"),
  named("networking.k8s.io/v1", "NetworkPolicy", { spec: { podSelector: {} } }),
  named("storage.k8s.io/v1", "StorageClass", { provisioner: "example.org/one" }, "kubectl-one"),
  named("autoscaling/v1", "HorizontalPodAutoscaler", {
    spec: { maxReplicas: 2, scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "one" } },
  }),
  named("rbac.authorization.k8s.io/v1", "Role", { rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["get"] }] }),
  named("rbac.authorization.k8s.io/v1", "RoleBinding", {
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "one" },
    subjects: [{ kind: "ServiceAccount", name: "one", namespace: "default" }],
  }),
  named("networking.istio.io/v1", "Gateway", {
    spec: {
      selector: { istio: "ingressgateway" },
      servers: [{ port: { number: 80, name: "http", protocol: "HTTP" }, hosts: ["*"] }],
    },
  }),
  named("networking.istio.io/v1beta1", "VirtualService", {
    spec: { hosts: ["one.example.org"], http: [{ route: [{ destination: { host: "one" } }] }] },
  }),
  named("networking.istio.io/v1", "DestinationRule", {
    spec: { host: "one", subsets: [{ name: "v1", labels: { version: "v1" } }] },
  }),
  named("networking.istio.io/v1", "ServiceEntry", { spec: { hosts: ["example.org"], resolution: "DNS" } }),
  named("networking.istio.io/v1alpha3", "EnvoyFilter", { spec: { configPatches: [] } }),
  named("security.istio.io/v1", "PeerAuthentication", { spec: { mtls: { mode: "STRICT" } } }),
  named("security.istio.io/v1", "AuthorizationPolicy", { spec: { action: "ALLOW", rules: [{}] } }),
  named("monitoring.coreos.com/v1", "PrometheusRule", {
    spec: { groups: [{ name: "one", rules: [{ alert: "Down", expr: "up == 0", for: "5m" }] }] },
  }),
  named("traefik.io/v1alpha1", "Middleware", { spec: { stripPrefix: { prefixes: ["/one"] } } }),
];
