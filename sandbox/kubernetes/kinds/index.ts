import { controllerRevisions } from "./apps/controller-revision.ts";
import { deployments } from "./apps/deployment.ts";
import { replicaSets } from "./apps/replica-set.ts";
import { statefulSets } from "./apps/stateful-set.ts";
import { horizontalPodAutoscalers, horizontalPodAutoscalersV1 } from "./autoscaling/horizontal-pod-autoscaler.ts";
import { cronJobs } from "./batch/cron-job.ts";
import { jobs } from "./batch/job.ts";
import { customColumns } from "./columns.ts";
import { leases } from "./coordination/lease.ts";
import { configMaps } from "./core/config-map.ts";
import { endpoints } from "./core/endpoints.ts";
import { events, eventsView } from "./core/event.ts";
import { limitRanges } from "./core/limit-range.ts";
import { namespaces } from "./core/namespace.ts";
import { nodes } from "./core/node.ts";
import { persistentVolumes } from "./core/persistent-volume.ts";
import { persistentVolumeClaims } from "./core/persistent-volume-claim.ts";
import { pods } from "./core/pod.ts";
import { resourceQuotas } from "./core/resource-quota.ts";
import { secrets } from "./core/secret.ts";
import { services } from "./core/service.ts";
import { serviceAccounts } from "./core/service-account.ts";
import { PRINTER_COLUMNS, RESOURCES } from "./facts.ts";
import { apiVersionOf, type Kind, kindOf, type View } from "./kind.ts";
import { nodeMetrics, podMetrics } from "./metrics.ts";
import { endpointSlices } from "./networking/endpoint-slice.ts";
import { ingresses } from "./networking/ingress.ts";
import { ingressClasses } from "./networking/ingress-class.ts";
import { networkPolicies } from "./networking/network-policy.ts";
import { disruptionBudgets } from "./policy/pod-disruption-budget.ts";
import { clusterRoleBindings, clusterRoles, roleBindings, roles } from "./rbac/roles.ts";
import { csiDrivers } from "./storage/csi-driver.ts";
import { storageClasses } from "./storage/storage-class.ts";
import { volumeAttachments } from "./storage/volume-attachment.ts";

/** Kinds about which something is written by hand. */
const OWN: readonly Kind[] = [
  ...[namespaces, nodes, pods, services, configMaps, secrets, serviceAccounts, events, eventsView, endpoints],
  ...[persistentVolumes, persistentVolumeClaims, storageClasses, csiDrivers, volumeAttachments],
  ...[resourceQuotas, limitRanges],
  ...[deployments, replicaSets, statefulSets, controllerRevisions, jobs, cronJobs],
  ...[horizontalPodAutoscalers, horizontalPodAutoscalersV1, disruptionBudgets],
  ...[ingresses, ingressClasses, networkPolicies, endpointSlices, leases],
  ...[roles, clusterRoles, roleBindings, clusterRoleBindings, podMetrics, nodeMetrics],
];

const keyOf = (groupVersion: string, plural: string): string => `${groupVersion}/${plural}`;

/** All kinds: the facts name them, and those with something of their own bring it. Older versions of one are views of the newest. */
function everyKind(): Map<string, Kind> {
  const found = new Map(OWN.map((kind) => [keyOf(apiVersionOf(kind), kind.plural), kind]));
  const newest = new Map(
    OWN.filter(({ view }) => view === undefined).map((kind) => [`${kind.group}/${kind.plural}`, kind]),
  );
  for (const [groupVersion, rows] of RESOURCES)
    for (const { name, verbs } of rows) {
      const key = keyOf(groupVersion, name);
      if (name.includes("/") || !verbs.includes("list") || found.has(key)) continue;
      const [group = ""] = groupVersion.split("/");
      const latest = newest.get(`${group}/${name}`);
      const kind = latest === undefined ? plainKind(groupVersion, name) : olderVersion(groupVersion, latest);
      found.set(key, kind);
      if (latest === undefined) newest.set(`${group}/${name}`, kind);
    }
  return found;
}

function plainKind(groupVersion: string, plural: string): Kind {
  const columns = PRINTER_COLUMNS.get(`${plural}.${groupVersion}`);
  return kindOf(groupVersion, plural, columns === undefined ? {} : { columns: customColumns(columns) });
}

/** Custom resources differ between versions in their name only (conversion strategy `None`). */
function olderVersion(apiVersion: string, latest: Kind): Kind {
  const view: View = {
    of: latest,
    fromStored: (object) => ({ ...object, apiVersion }),
    toStored: (object) => ({ ...object, apiVersion: apiVersionOf(latest) }),
  };
  return Object.create(latest, {
    version: { value: apiVersion.split("/").at(-1), enumerable: true },
    view: { value: view, enumerable: true },
  }) as Kind;
}

const BY_PATH = everyKind();

/** Every kind and version that is served. */
export const SERVED: readonly Kind[] = [...BY_PATH.values()];
/** Those whose objects are stored: one version of each, and nothing that is only measured. */
export const KINDS: readonly Kind[] = SERVED.filter(
  (kind) => kind.view === undefined && kind.resource.verbs.includes("create"),
);

export const findKind = (group: string, version: string, plural: string): Kind | undefined =>
  BY_PATH.get(keyOf(group === "" ? version : `${group}/${version}`, plural));

export {
  configMaps,
  controllerRevisions,
  cronJobs,
  csiDrivers,
  deployments,
  disruptionBudgets,
  endpointSlices,
  endpoints,
  events,
  horizontalPodAutoscalers,
  ingressClasses,
  ingresses,
  jobs,
  limitRanges,
  namespaces,
  nodes,
  persistentVolumeClaims,
  persistentVolumes,
  pods,
  replicaSets,
  resourceQuotas,
  secrets,
  serviceAccounts,
  services,
  statefulSets,
  storageClasses,
  volumeAttachments,
};
