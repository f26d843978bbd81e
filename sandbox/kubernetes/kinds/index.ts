import { configMaps, events, namespaces, nodes, resourceQuotas, secrets, serviceAccounts, services } from "./core.ts";
import { type Kind } from "./kind.ts";
import { disruptionBudgets, endpointSlices, horizontalPodAutoscalers, ingresses, leases } from "./others.ts";
import { pods } from "./pods.ts";
import { deployments, replicaSets } from "./workloads.ts";

/** The table of kinds: a new kind is a new row here (and a controller, if it does something). */
export const KINDS: readonly Kind[] = [
  namespaces,
  nodes,
  pods,
  services,
  configMaps,
  secrets,
  serviceAccounts,
  events,
  resourceQuotas,
  deployments,
  replicaSets,
  disruptionBudgets,
  ingresses,
  horizontalPodAutoscalers,
  leases,
  endpointSlices,
];

export const findKind = (group: string, version: string, plural: string): Kind | undefined =>
  KINDS.find((kind) => kind.group === group && kind.version === version && kind.plural === plural);

export {
  configMaps,
  deployments,
  disruptionBudgets,
  endpointSlices,
  events,
  ingresses,
  namespaces,
  nodes,
  pods,
  replicaSets,
  secrets,
  serviceAccounts,
  services,
};
