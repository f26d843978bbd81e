import { BlockList, isIP } from "node:net";
import { type Pod } from "../objects.ts";

/** What metrics say about a pod at one end of a call. */
export type Workload = { pod: string; namespace: string; name: string; app: string; version: string; account: string };

const PROXY = "istio-proxy";

/** Whether a sidecar stands before the pod: among the containers, or as a native sidecar among the init containers. */
export const isInMesh = ({ spec }: Pod): boolean =>
  [...spec.containers, ...(spec.initContainers ?? [])].some(({ name }) => name === PROXY);

const CAPTURE = "traffic.sidecar.istio.io/";
const listed = ({ metadata }: Pod, name: string): string[] =>
  (metadata.annotations?.[`${CAPTURE}${name}`] ?? "").split(",").map((each) => each.trim());

/** Whether what comes to this port of the pod passes its sidecar. */
export const takesIn = (pod: Pod, port: number): boolean =>
  isInMesh(pod) && !listed(pod, "excludeInboundPorts").includes(String(port));

/** Whether a call of the pod to this address and port passes its sidecar (istio.io/latest/docs/reference/config/annotations). */
export function sendsOut(pod: Pod, { address, port }: { address: string; port: number }): boolean {
  if (!isInMesh(pod) || listed(pod, "excludeOutboundPorts").includes(String(port))) return false;
  const ranges = new BlockList();
  for (const range of listed(pod, "excludeOutboundIPRanges")) {
    const [network = "", prefix] = range.split("/");
    if (isIP(network) !== 0) ranges.addSubnet(network, Number(prefix), isIP(network) === 6 ? "ipv6" : "ipv4");
  }
  return !ranges.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
}

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
