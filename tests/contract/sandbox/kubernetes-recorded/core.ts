import { core, group, MERGE, make, named, patch, type Recorded, read, remove, SPACE, STRATEGIC } from "./request.ts";

export const namespaces: Recorded[] = [
  make("creates a namespace", "/api/v1/namespaces", named(SPACE)),
  make("refuses a namespace with a bad name", "/api/v1/namespaces", named("Bad_Name")),
  make("refuses a namespace that exists", "/api/v1/namespaces", named(SPACE)),
  read("does not find a namespace", "/api/v1/namespaces/nowhere"),
  make("does not create in a namespace that is not there", "/api/v1/namespaces/nowhere/configmaps", named("a")),
];

export const coreKinds: Recorded[] = [
  make("fills in a ConfigMap", core("configmaps"), { ...named("settings"), data: { key: "value" } }),
  make("refuses a key that is none", core("configmaps"), { ...named("b"), data: { "a b": "" } }),
  make("refuses a number as a value", core("configmaps"), { ...named("b"), data: { a: 1 } }),
  make("refuses an object without a name", core("configmaps"), { data: {} }),
  make("refuses a bad label", core("configmaps"), { metadata: { name: "b", labels: { "-a": "?" } } }),
  make("refuses another kind", core("configmaps"), { kind: "Secret", apiVersion: "v1", ...named("b") }),
  make("refuses another version", core("configmaps"), { kind: "ConfigMap", apiVersion: "v2", ...named("b") }),
  make("refuses another namespace", core("configmaps"), { metadata: { name: "b", namespace: "elsewhere" } }),
  make("encodes stringData", core("secrets"), { ...named("password"), stringData: { key: "value" } }),
  make("refuses what is not base64", core("secrets"), { ...named("b"), data: { key: "?" } }),
  make("asks a TLS secret for its keys", core("secrets"), { ...named("b"), type: "kubernetes.io/tls" }),
  patch("keeps a secret's type", core("secrets/password"), MERGE, { type: "other" }),
  make("fills in a ServiceAccount", core("serviceaccounts"), named("robot")),
  make("fills in a Pod", core("pods"), {
    metadata: { name: "pod", labels: { app: "one" } },
    spec: {
      serviceAccountName: "default",
      containers: [
        {
          name: "app",
          image: "example.org/app",
          ports: [{ containerPort: 80 }],
          env: [{ name: "A", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } }],
          readinessProbe: { httpGet: { port: 80 } },
          livenessProbe: { exec: { command: ["true"] } },
          resources: { limits: { cpu: "1000m", memory: "1024Mi" }, requests: { cpu: 0.5 } },
          volumeMounts: [{ name: "config", mountPath: "/config" }],
        },
      ],
      volumes: [{ name: "config", configMap: { name: "settings" } }, { name: "scratch" }],
    },
  }),
  make("refuses a Pod in many ways", core("pods"), {
    ...named("b"),
    spec: {
      restartPolicy: "Sometimes",
      containers: [
        {
          name: "A",
          ports: [{ containerPort: 70_000 }],
          env: [{ name: "" }],
          volumeMounts: [{ name: "none", mountPath: "/a" }],
          readinessProbe: {},
          resources: { limits: { cpu: "1" }, requests: { cpu: "2" } },
        },
      ],
    },
  }),
  make("refuses a Pod without containers", core("pods"), { ...named("b"), spec: {} }),
  make("refuses a wrong quantity", core("pods"), {
    ...named("b"),
    spec: { containers: [{ name: "a", image: "a", resources: { limits: { cpu: "much" } } }] },
  }),
  make("refuses a text as a number", core("pods"), {
    ...named("b"),
    spec: { terminationGracePeriodSeconds: "long", containers: [] },
  }),
  {
    ...make("refuses unknown fields when it is strict", `${core("pods")}?fieldValidation=Strict`, {
      ...named("b"),
      spec: { containers: [{ name: "a", image: "a", imagePull: 1 }], more: true },
    }),
  },
  patch("keeps a Pod's spec", core("pods/pod"), STRATEGIC, { spec: { restartPolicy: "Never" } }),
  patch("changes an image", core("pods/pod"), STRATEGIC, {
    spec: { containers: [{ name: "app", image: "example.org/app:2" }] },
  }),
  make("fills in a Service", core("services"), {
    ...named("web"),
    spec: { selector: { app: "one" }, ports: [{ port: 80 }] },
  }),
  make("fills in a headless Service", core("services"), {
    ...named("headless"),
    spec: { clusterIP: "None", selector: { app: "one" } },
  }),
  make("fills in an external Service", core("services"), {
    ...named("external"),
    spec: { type: "ExternalName", externalName: "example.org" },
  }),
  make("refuses a Service without ports", core("services"), { ...named("b"), spec: { selector: { app: "one" } } }),
  make("refuses a Service with nameless ports", core("services"), {
    ...named("b"),
    spec: { ports: [{ port: 80 }, { port: 0 }] },
  }),
  make("fills in Endpoints", core("endpoints"), {
    ...named("outside"),
    subsets: [{ addresses: [{ ip: "192.0.2.1" }], ports: [{ port: 80 }] }],
  }),
  make("fills in an Event", core("events"), {
    ...named("event"),
    involvedObject: { kind: "Pod", name: "pod", namespace: SPACE },
    reason: "Started",
    message: "Started container app",
    type: "Normal",
    firstTimestamp: "2026-01-01T00:00:00Z",
    lastTimestamp: "2026-01-01T00:00:00Z",
    count: 1,
    source: { component: "kubelet" },
  }),
  read("shows an Event under its newer names", group("events.k8s.io/v1", "events/event")),
  make("fills in a claim", core("persistentvolumeclaims"), {
    ...named("data"),
    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
  }),
  make("refuses an empty claim", core("persistentvolumeclaims"), { ...named("b"), spec: {} }),
  patch("keeps a claim's spec", core("persistentvolumeclaims/data"), MERGE, { spec: { volumeMode: "Block" } }),
  make("fills in a volume", "/api/v1/persistentvolumes", {
    ...named("recorded-volume"),
    spec: { capacity: { storage: "1Gi" }, accessModes: ["ReadWriteOnce"], hostPath: { path: "/tmp/a" } },
  }),
  make("fills in a LimitRange", core("limitranges"), {
    ...named("limits"),
    spec: { limits: [{ type: "Container", default: { cpu: "2" }, max: { memory: "4Gi" } }] },
  }),
  make("gives a Pod the limits of its namespace", core("pods"), {
    ...named("limited"),
    spec: { serviceAccountName: "default", containers: [{ name: "a", image: "a:1" }] },
  }),
  make("refuses a Pod beyond them", core("pods"), {
    ...named("b"),
    spec: { containers: [{ name: "a", image: "a:1", resources: { limits: { memory: "8Gi" } } }] },
  }),
  remove("deletes a LimitRange", core("limitranges/limits")),
];
