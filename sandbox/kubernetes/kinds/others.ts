import { section } from "../json.ts";
import { type DisruptionBudget, type EndpointSlice, type Ingress } from "../objects.ts";
import { ageColumn, conditions, type Kind, kindSchema, labelSelector, nameColumn } from "./kind.ts";
import { dnsSubdomain } from "./names.ts";
import { any, choice, count, flag, integer, intOrString, invalid, list, map, must, object, text } from "./schema.ts";

const named = { namespaced: true, nameRule: dnsSubdomain } as const;

const backend = () =>
  object({
    service: object({
      name: must(text()),
      port: object({ name: text(), number: integer({ min: 1, max: 65_535 }) }, { atomic: true }),
    }),
    resource: any(),
  });

export const ingresses: Kind<Ingress> = {
  ...named,
  group: "networking.k8s.io",
  version: "v1",
  kind: "Ingress",
  plural: "ingresses",
  shortNames: ["ing"],
  status: true,
  schema: kindSchema({
    spec: object(
      {
        ingressClassName: text({ check: dnsSubdomain }),
        defaultBackend: backend(),
        tls: list(object({ hosts: list(text()), secretName: text() })),
        rules: list(
          object({
            host: text(),
            http: object({
              paths: must(
                list(
                  object({
                    path: text(),
                    pathType: must(text({ enum: ["Exact", "ImplementationSpecific", "Prefix"] })),
                    backend: must(backend()),
                  }),
                  { minItems: 1 },
                ),
              ),
            }),
          }),
        ),
      },
      {
        check: (spec, path) =>
          spec.rules === undefined && spec.defaultBackend === undefined
            ? [invalid(path, "", "either `defaultBackend` or `rules` must be specified")]
            : [],
      },
    ),
    status: object({ loadBalancer: object({ ingress: list(any()) }, { default: {} }) }, { default: {} }),
  }),
  columns: [
    nameColumn,
    { name: "Class", cell: (one) => String(section(one, "spec").ingressClassName ?? "<none>") },
    { name: "Hosts", cell: (one) => (one.spec.rules ?? []).map(({ host }) => host ?? "*").join(",") || "*" },
    { name: "Address", cell: () => "127.0.0.1" },
    { name: "Ports", cell: () => "80" },
    ageColumn,
  ],
};

export const disruptionBudgets: Kind<DisruptionBudget> = {
  ...named,
  group: "policy",
  version: "v1",
  kind: "PodDisruptionBudget",
  plural: "poddisruptionbudgets",
  shortNames: ["pdb"],
  status: true,
  schema: kindSchema({
    spec: object(
      {
        minAvailable: intOrString(),
        maxUnavailable: intOrString(),
        selector: labelSelector(),
        unhealthyPodEvictionPolicy: choice(["AlwaysAllow", "IfHealthyBudget"]),
      },
      {
        check: (spec, path) =>
          spec.minAvailable !== undefined && spec.maxUnavailable !== undefined
            ? [invalid(path, "", "minAvailable and maxUnavailable cannot be both set")]
            : [],
      },
    ),
    status: object(
      {
        disruptionsAllowed: count(),
        currentHealthy: count(),
        desiredHealthy: count(),
        expectedPods: count(),
        observedGeneration: count(),
        disruptedPods: map(any()),
        conditions: conditions(),
      },
      { default: {} },
    ),
  }),
  columns: [
    nameColumn,
    { name: "Min Available", cell: (one) => one.spec.minAvailable ?? "N/A" },
    { name: "Max Unavailable", cell: (one) => one.spec.maxUnavailable ?? "N/A" },
    { name: "Allowed Disruptions", cell: (one) => one.status.disruptionsAllowed ?? 0 },
    ageColumn,
  ],
};

export const horizontalPodAutoscalers: Kind = {
  ...named,
  group: "autoscaling",
  version: "v2",
  kind: "HorizontalPodAutoscaler",
  plural: "horizontalpodautoscalers",
  shortNames: ["hpa"],
  categories: ["all"],
  status: true,
  schema: kindSchema({
    spec: must(
      object({
        scaleTargetRef: must(object({ apiVersion: text(), kind: must(text()), name: must(text()) }, { atomic: true })),
        minReplicas: integer({ min: 1, default: 1 }),
        maxReplicas: must(integer({ min: 1 })),
        metrics: list(any()),
        behavior: any(),
      }),
    ),
    status: object(
      {
        currentReplicas: count(),
        desiredReplicas: count(),
        currentMetrics: list(any()),
        lastScaleTime: text(),
        observedGeneration: count(),
        conditions: conditions(),
      },
      { default: {} },
    ),
  }),
  columns: [
    nameColumn,
    {
      name: "Reference",
      cell: (one) =>
        Object.values(section(section(one, "spec"), "scaleTargetRef"))
          .slice(-2)
          .join("/"),
    },
    { name: "Minpods", cell: (one) => Number(section(one, "spec").minReplicas) },
    { name: "Maxpods", cell: (one) => Number(section(one, "spec").maxReplicas) },
    ageColumn,
  ],
};

export const leases: Kind = {
  ...named,
  group: "coordination.k8s.io",
  version: "v1",
  kind: "Lease",
  plural: "leases",
  status: false,
  schema: kindSchema({
    spec: object({
      holderIdentity: text(),
      leaseDurationSeconds: integer({ min: 1 }),
      acquireTime: text(),
      renewTime: text(),
      leaseTransitions: count(),
      strategy: text(),
      preferredHolder: text(),
    }),
  }),
  columns: [
    nameColumn,
    { name: "Holder", cell: (one) => String(section(one, "spec").holderIdentity ?? "") },
    ageColumn,
  ],
};

export const endpointSlices: Kind<EndpointSlice> = {
  ...named,
  group: "discovery.k8s.io",
  version: "v1",
  kind: "EndpointSlice",
  plural: "endpointslices",
  status: false,
  schema: kindSchema({
    addressType: must(choice(["IPv4", "IPv6", "FQDN"])),
    endpoints: {
      ...list(
        object({
          addresses: must(list(text())),
          conditions: object({ ready: flag(), serving: flag(), terminating: flag() }),
          hostname: text(),
          nodeName: text(),
          zone: text(),
          targetRef: any(),
        }),
      ),
      default: [],
    },
    ports: {
      ...list(
        object({ name: text({ default: "" }), port: count(), protocol: text({ default: "TCP" }), appProtocol: text() }),
      ),
      default: [],
    },
  }),
  columns: [
    nameColumn,
    { name: "AddressType", cell: (one) => one.addressType },
    { name: "Ports", cell: (one) => one.ports.map(({ port }) => port).join(",") || "<unset>" },
    { name: "Endpoints", cell: (one) => one.endpoints.flatMap(({ addresses }) => addresses).join(",") || "<unset>" },
    ageColumn,
  ],
};
