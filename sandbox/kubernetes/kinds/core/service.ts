import { isObject, type JsonObject } from "../../json.ts";
import { type Service } from "../../objects.ts";
import { ageColumn, type Column, field, joined, labelText, nameColumn } from "../columns.ts";
import { kindOf } from "../kind.ts";
import { dnsLabel, dnsLabel1035 } from "../names.ts";
import { type Cause, invalid, missing } from "../schema.ts";

/** Defaults that depend on the type of the service. */
function completeSpec(spec: JsonObject): void {
  const type = spec.type ?? "ClusterIP";
  spec.sessionAffinity ??= "None";
  spec.type ??= type;
  if (spec.sessionAffinity === "ClientIP") spec.sessionAffinityConfig ??= { clientIP: { timeoutSeconds: 10_800 } };
  if (type === "ExternalName") return;
  spec.internalTrafficPolicy ??= "Cluster";
  if (type === "ClusterIP") return;
  spec.externalTrafficPolicy ??= "Cluster";
  if (type === "LoadBalancer") spec.allocateLoadBalancerNodePorts ??= true;
}

function checkPorts(spec: JsonObject, path: string): Cause[] {
  if (spec.type === "ExternalName") return [];
  const ports = Array.isArray(spec.ports) ? spec.ports.filter(isObject) : [];
  if (ports.length === 0 && spec.clusterIP !== "None") return [missing(`${path}.ports`)];
  return ports.flatMap((port, index) =>
    ports.length > 1 && (port.name ?? "") === "" ? [missing(`${path}.ports[${index}].name`)] : [],
  );
}

function externalIp({ spec, status }: Service): string {
  if (spec.type === "ExternalName") return spec.externalName ?? "";
  const balancers = status.loadBalancer?.ingress?.map(({ ip, hostname }) => ip ?? hostname ?? "") ?? [];
  const addresses = [...(spec.type === "LoadBalancer" ? balancers : []), ...(spec.externalIPs ?? [])];
  return addresses.length === 0 && spec.type === "LoadBalancer" ? "<pending>" : joined(addresses);
}

const columns: Column<Service>[] = [
  nameColumn,
  field("Type", "spec.type"),
  field("Cluster-IP", "spec.clusterIP", "<none>"),
  { name: "External-IP", cell: externalIp },
  {
    name: "Port(s)",
    cell: ({ spec }) =>
      joined(
        (spec.ports ?? []).map(
          ({ port, nodePort, protocol }) => `${port}${nodePort ? `:${nodePort}` : ""}/${protocol}`,
        ),
      ),
  },
  ageColumn,
  { name: "Selector", wide: true, cell: ({ spec }) => labelText(spec.selector) },
];

export const services = kindOf<Service>("v1", "services", {
  rules: [
    {
      "core.v1.ServiceSpec": { complete: completeSpec, check: checkPorts },
      "core.v1.ServicePort": {
        fields: { name: { check: dnsLabel }, port: { min: 1, max: 65_535 } },
        complete: (port) => {
          port.targetPort ??= port.port;
        },
      },
    },
  ],
  nameRule: dnsLabel1035,
  fieldLabels: ["spec.clusterIP", "spec.type"],
  serverChosen: ["clusterIP", "clusterIPs"],
  validateUpdate: ({ spec }, old) =>
    spec.type !== "ExternalName" && old.spec.clusterIP !== undefined && spec.clusterIP !== old.spec.clusterIP
      ? [invalid("spec.clusterIPs[0]", [spec.clusterIP ?? ""], "may not change once set")]
      : [],
  columns,
});
