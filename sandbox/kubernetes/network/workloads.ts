import { type Pod } from "../objects.ts";

/** What metrics say about a pod at one end of a call. */
export type Workload = { pod: string; namespace: string; name: string; app: string; version: string; account: string };

const PROXY = "istio-proxy";

/** Whether a sidecar stands before the pod: among the containers, or as a native sidecar among the init containers. */
export const isInMesh = ({ spec }: Pod): boolean =>
  [...spec.containers, ...(spec.initContainers ?? [])].some(({ name }) => name === PROXY);

/** The controller's name, a Deployment's where a ReplicaSet stands between; a pod without one speaks for itself. */
export function workloadOf({ metadata, spec }: Pod): Workload {
  const { name, namespace = "", labels = {}, ownerReferences = [] } = metadata;
  const owner = ownerReferences.find(({ controller }) => controller === true);
  const hash = labels["pod-template-hash"];
  const controller = owner?.name ?? name;
  const workload =
    hash !== undefined && controller.endsWith(`-${hash}`) ? controller.slice(0, -hash.length - 1) : controller;
  return {
    pod: name,
    namespace,
    name: workload,
    app: labels["app.kubernetes.io/name"] ?? labels.app ?? workload,
    version: labels["app.kubernetes.io/version"] ?? labels.version ?? "latest",
    account: spec.serviceAccountName ?? "default",
  };
}
