import { isObject, section } from "../../json.ts";
import { type KubeObject, type Node } from "../../objects.ts";
import { ageColumn, type Column, conditionOf, field, joined, nameColumn } from "../columns.ts";
import { kindOf } from "../kind.ts";

const ROLE = "node-role.kubernetes.io/";

function statusOf(node: KubeObject): string {
  const ready = conditionOf(node, "Ready");
  const word = ready === undefined ? "Unknown" : ready === "True" ? "Ready" : "NotReady";
  return section(node, "spec").unschedulable === true ? `${word},SchedulingDisabled` : word;
}

function rolesOf({ metadata }: KubeObject): string {
  const roles = Object.keys(metadata.labels ?? {}).filter((key) => key.startsWith(ROLE));
  return joined(roles.map((key) => key.slice(ROLE.length)).sort());
}

function address(node: KubeObject, type: string): string {
  const { addresses } = section(node, "status");
  const found = Array.isArray(addresses) ? addresses.filter(isObject).find((each) => each.type === type) : undefined;
  return typeof found?.address === "string" ? found.address : "<none>";
}

const columns: Column<KubeObject>[] = [
  nameColumn,
  { name: "Status", cell: statusOf },
  { name: "Roles", cell: rolesOf },
  ageColumn,
  field("Version", "status.nodeInfo.kubeletVersion"),
  { name: "Internal-IP", wide: true, cell: (node) => address(node, "InternalIP") },
  { name: "External-IP", wide: true, cell: (node) => address(node, "ExternalIP") },
  field("OS-Image", "status.nodeInfo.osImage", "<unknown>", true),
  field("Kernel-Version", "status.nodeInfo.kernelVersion", "<unknown>", true),
  field("Container-Runtime", "status.nodeInfo.containerRuntimeVersion", "<unknown>", true),
];

export const nodes = kindOf<Node>("v1", "nodes", { fieldLabels: ["spec.unschedulable"], columns });
