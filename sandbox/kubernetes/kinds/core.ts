import { isObject, type JsonObject, same } from "../json.ts";
import { type ConfigMap, type KubeObject, type Namespace, type Secret, type Service } from "../objects.ts";
import { age, ageColumn, conditions, type Kind, keysOf, kindSchema, labelText, localRef, nameColumn } from "./kind.ts";
import { configKey, dnsLabel, dnsLabel1035, dnsSubdomain, portName } from "./names.ts";
import {
  any,
  choice,
  count,
  flag,
  forbidden,
  integer,
  intOrString,
  invalid,
  list,
  listMap,
  map,
  missing,
  must,
  object,
  quantity,
  set,
  text,
} from "./schema.ts";

const core = { group: "", version: "v1", namespaced: true, nameRule: dnsSubdomain, status: false } as const;

export const namespaces: Kind<Namespace> = {
  ...core,
  kind: "Namespace",
  plural: "namespaces",
  shortNames: ["ns"],
  namespaced: false,
  nameRule: dnsLabel,
  status: true,
  subresources: [{ name: "finalize", kind: "Namespace", verbs: ["update"] }],
  fieldLabels: ["status.phase"],
  schema: kindSchema({
    spec: object({ finalizers: list(text()) }, { default: {} }),
    status: object({ phase: text({ default: "Active" }), conditions: conditions() }, { default: {} }),
  }),
  initialise: (namespace) => {
    namespace.spec = { finalizers: ["kubernetes"] };
    namespace.metadata.labels = {
      "kubernetes.io/metadata.name": namespace.metadata.name,
      ...namespace.metadata.labels,
    };
  },
  columns: [nameColumn, { name: "Status", cell: (one) => one.status.phase }, ageColumn],
};

const frozenWhenImmutable = (object: ConfigMap | Secret, old: ConfigMap | Secret) =>
  old.immutable === true &&
  !(same(object.data, old.data) && same(object.binaryData, old.binaryData) && object.immutable === true)
    ? [forbidden("data", "field is immutable when `immutable` is set")]
    : [];

export const configMaps: Kind<ConfigMap> = {
  ...core,
  kind: "ConfigMap",
  plural: "configmaps",
  shortNames: ["cm"],
  schema: kindSchema({
    data: map(text(), { checkKey: configKey }),
    binaryData: map(text({ check: base64 }), { checkKey: configKey }),
    immutable: flag(),
  }),
  validateUpdate: frozenWhenImmutable,
  columns: [nameColumn, { name: "Data", cell: (one) => keysOf(one.data) + keysOf(one.binaryData) }, ageColumn],
};

function base64(value: string): string | undefined {
  return /^[A-Za-z0-9+/\s]*={0,2}$/.test(value) ? undefined : "illegal base64 data";
}

export const secrets: Kind<Secret> = {
  ...core,
  kind: "Secret",
  plural: "secrets",
  fieldLabels: ["type"],
  immutable: ["type"],
  schema: kindSchema(
    {
      type: text({ default: "Opaque" }),
      data: map(text({ check: base64 }), { checkKey: configKey }),
      stringData: map(text()),
      immutable: flag(),
    },
    { complete: encodeStringData },
  ),
  validateUpdate: frozenWhenImmutable,
  columns: [
    nameColumn,
    { name: "Type", cell: (one) => one.type },
    { name: "Data", cell: (one) => keysOf(one.data) },
    ageColumn,
  ],
};

/** stringData is write-only: it ends up, encoded, in data. */
function encodeStringData(secret: JsonObject): void {
  if (!isObject(secret.stringData)) return;
  const encoded = Object.entries(secret.stringData).map(([key, value]) => [
    key,
    Buffer.from(String(value)).toString("base64"),
  ]);
  secret.data = { ...(isObject(secret.data) ? secret.data : {}), ...Object.fromEntries(encoded) };
  delete secret.stringData;
}

export const serviceAccounts: Kind = {
  ...core,
  kind: "ServiceAccount",
  plural: "serviceaccounts",
  shortNames: ["sa"],
  schema: kindSchema({
    secrets: listMap("name", any()),
    imagePullSecrets: listMap("name", localRef()),
    automountServiceAccountToken: flag(),
  }),
  columns: [nameColumn, { name: "Secrets", cell: (one) => keysOf(one.secrets) }, ageColumn],
};

export const services: Kind<Service> = {
  ...core,
  kind: "Service",
  plural: "services",
  shortNames: ["svc"],
  categories: ["all"],
  nameRule: dnsLabel1035,
  status: true,
  fieldLabels: ["spec.clusterIP", "spec.type"],
  serverChosen: ["clusterIP", "clusterIPs"],
  schema: kindSchema({
    spec: must(
      object(
        {
          type: choice(["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"], "ClusterIP"),
          selector: map(text(), { atomic: true }),
          ports: listMap(
            ["port", "protocol"],
            object(
              {
                name: text({ check: portName }),
                protocol: choice(["SCTP", "TCP", "UDP"], "TCP"),
                port: must(integer({ min: 1, max: 65_535 })),
                targetPort: intOrString(),
                nodePort: count(),
                appProtocol: text(),
              },
              {
                complete: (value) => {
                  value.targetPort ??= value.port;
                },
              },
            ),
            { patchKey: "port" },
          ),
          clusterIP: text(),
          clusterIPs: list(text()),
          externalIPs: list(text()),
          externalName: text(),
          externalTrafficPolicy: text(),
          internalTrafficPolicy: text({ default: "Cluster" }),
          trafficDistribution: text(),
          ipFamilies: { ...list(text()), default: ["IPv4"] },
          ipFamilyPolicy: text({ default: "SingleStack" }),
          sessionAffinity: choice(["ClientIP", "None"], "None"),
          sessionAffinityConfig: any(),
          publishNotReadyAddresses: flag(),
          loadBalancerIP: text(),
          loadBalancerClass: text(),
          loadBalancerSourceRanges: list(text()),
          allocateLoadBalancerNodePorts: flag(),
          healthCheckNodePort: count(),
        },
        { check: checkServicePorts },
      ),
    ),
    status: object(
      { loadBalancer: object({ ingress: list(any()) }, { default: {} }), conditions: conditions() },
      { default: {} },
    ),
  }),
  validateUpdate: (service, old) =>
    service.spec.type !== "ExternalName" &&
    old.spec.clusterIP !== undefined &&
    service.spec.clusterIP !== old.spec.clusterIP
      ? [invalid("spec.clusterIPs[0]", [service.spec.clusterIP ?? ""], "may not change once set")]
      : [],
  columns: [
    nameColumn,
    { name: "Type", cell: (one) => one.spec.type },
    { name: "Cluster-IP", cell: (one) => one.spec.clusterIP ?? "<none>" },
    { name: "External-IP", cell: () => "<none>" },
    {
      name: "Port(s)",
      cell: (one) => (one.spec.ports ?? []).map(({ port, protocol }) => `${port}/${protocol}`).join(",") || "<none>",
    },
    ageColumn,
    { name: "Selector", wide: true, cell: (one) => labelText(one.spec.selector) },
  ],
};

function checkServicePorts(spec: JsonObject, path: string) {
  const ports = Array.isArray(spec.ports) ? spec.ports.filter(isObject) : [];
  if (ports.length === 0 && spec.type !== "ExternalName" && spec.clusterIP !== "None")
    return [missing(`${path}.ports`)];
  return ports.flatMap((port, index) =>
    ports.length > 1 && port.name === undefined ? [missing(`${path}.ports[${index}].name`)] : [],
  );
}

const coreReference = () =>
  object(
    {
      apiVersion: text(),
      kind: text(),
      name: text(),
      namespace: text(),
      uid: text(),
      resourceVersion: text(),
      fieldPath: text(),
    },
    { atomic: true },
  );

export type Event = KubeObject & {
  involvedObject: {
    apiVersion?: string;
    kind?: string;
    name?: string;
    namespace?: string;
    uid?: string;
    fieldPath?: string;
  };
  reason: string;
  message: string;
  type: string;
  count?: number;
  firstTimestamp?: string;
  lastTimestamp?: string;
};

export const events: Kind<Event> = {
  ...core,
  kind: "Event",
  plural: "events",
  shortNames: ["ev"],
  fieldLabels: [
    ...["kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath"].map(
      (key) => `involvedObject.${key}`,
    ),
    "reason",
    "reportingComponent",
    "source",
    "type",
  ],
  schema: kindSchema({
    involvedObject: must(coreReference()),
    related: coreReference(),
    reason: text(),
    message: text(),
    type: text({ default: "Normal" }),
    count: count(),
    firstTimestamp: text(),
    lastTimestamp: text(),
    eventTime: text(),
    action: text(),
    source: object({ component: text(), host: text() }),
    series: any(),
    reportingComponent: text(),
    reportingInstance: text(),
  }),
  columns: [
    { name: "Last Seen", cell: (one, now) => age(one.lastTimestamp ?? one.metadata.creationTimestamp, now) },
    { name: "Type", cell: (one) => one.type },
    { name: "Reason", cell: (one) => one.reason },
    {
      name: "Object",
      cell: (one) => `${one.involvedObject.kind?.toLowerCase() ?? ""}/${one.involvedObject.name ?? ""}`,
    },
    { name: "Message", cell: (one) => one.message },
    { name: "Count", wide: true, cell: (one) => one.count ?? 1 },
    { name: "Name", wide: true, cell: (one) => one.metadata.name },
  ],
};

export const nodes: Kind = {
  ...core,
  kind: "Node",
  plural: "nodes",
  shortNames: ["no"],
  namespaced: false,
  status: true,
  schema: kindSchema({
    spec: object(
      { podCIDR: text(), podCIDRs: set(text()), providerID: text(), unschedulable: flag(), taints: list(any()) },
      { default: {} },
    ),
    status: object({
      addresses: listMap("type", object({ type: text(), address: text() })),
      allocatable: map(quantity()),
      capacity: map(quantity()),
      conditions: conditions({ lastHeartbeatTime: text() }),
      nodeInfo: any(),
      daemonEndpoints: any(),
      images: list(any()),
    }),
  }),
  columns: [
    nameColumn,
    { name: "Status", cell: () => "Ready" },
    { name: "Roles", cell: () => "control-plane" },
    ageColumn,
    { name: "Version", cell: () => VERSION },
  ],
};

/** The Kubernetes release whose behaviour the sandbox follows. */
export const VERSION = "v1.33.1";

export const resourceQuotas: Kind = {
  ...core,
  kind: "ResourceQuota",
  plural: "resourcequotas",
  shortNames: ["quota"],
  status: true,
  schema: kindSchema({
    spec: object({ hard: map(quantity()), scopes: list(text()), scopeSelector: any() }),
    status: object({ hard: map(quantity()), used: map(quantity()) }, { default: {} }),
  }),
  columns: [nameColumn, ageColumn],
};
