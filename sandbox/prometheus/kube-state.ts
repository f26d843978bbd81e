import { deployments, horizontalPodAutoscalers, pods, statefulSets } from "../kubernetes/kinds/index.ts";
import { type Kind } from "../kubernetes/kinds/kind.ts";
import { parseQuantity } from "../kubernetes/kinds/quantity.ts";
import {
  type Deployment,
  type HorizontalPodAutoscaler,
  type KubeObject,
  type Pod,
  type StatefulSet,
} from "../kubernetes/objects.ts";
import { type Store } from "../kubernetes/store/store.ts";
import { type Collect, type Family, type Labels, type Sample } from "./metrics.ts";

type Row<T> = { name: string; type?: "counter"; help: string; of(object: T): [Labels, number][] };
type Table = { kind: Kind; families: Omit<Family, "samples">[]; samplesOf(object: KubeObject): Sample[][] };

const PART = 200;

/** Objects as metrics, in kube-state-metrics' words: the families that a console asks for. */
export function kubeStateOf(store: Store): Collect {
  return function* collect() {
    for (const { kind, families, samplesOf } of TABLES) {
      const objects = store.list(kind);
      // Without objects a family still has a name and a type.
      for (let from = 0; from === 0 || from < objects.length; from += PART) {
        const rows = objects.slice(from, from + PART).map(samplesOf);
        yield* families.map((family, index) => ({ ...family, samples: rows.flatMap((row) => row[index] ?? []) }));
      }
    }
  };
}

/** A stored object never changes in place, so it is read once: its samples, labels and all, are the same at each scrape. */
function table<T extends KubeObject>(kind: Kind<T>, rows: Row<T>[]): Table {
  const known = new WeakMap<KubeObject, Sample[][]>();
  const read = (object: T): Sample[][] =>
    rows.map(({ name, of }) => of(object).map(([labels, value]) => ({ name, labels, value })));
  return {
    // The table reads what the store keeps under this kind, which the kind vouches for.
    kind: kind as Kind,
    families: rows.map(({ name, type, help }) => ({ name, type: type ?? ("gauge" as const), help })),
    samplesOf: (object) => {
      const found = known.get(object) ?? read(object as T);
      known.set(object, found);
      return found;
    },
  };
}

const PHASES = ["Pending", "Succeeded", "Failed", "Unknown", "Running"];
const podLabels = ({ metadata: { namespace = "", name, uid } }: Pod): Labels => ({ namespace, pod: name, uid });

const containersOf = (pod: Pod) => [
  ...pod.spec.containers,
  // A native sidecar runs beside them for as long.
  ...(pod.spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === "Always"),
];
const statusesOf = ({ status }: Pod) => status.containerStatuses ?? [];

/** Per container and resource: CPU in cores, memory in bytes. */
const amounts = (pod: Pod, which: "requests" | "limits"): [Labels, number][] =>
  containersOf(pod).flatMap(({ name: container, resources }) =>
    Object.entries(resources?.[which] ?? {}).map(([resource, quantity]): [Labels, number] => [
      {
        ...podLabels(pod),
        container,
        node: pod.spec.nodeName ?? "",
        resource: resource.replaceAll(/[^a-zA-Z0-9_]/g, "_"),
        unit: UNITS[resource] ?? "byte",
      },
      parseQuantity(quantity) ?? 0,
    ]),
  );
const UNITS: Record<string, string> = { cpu: "core" };

const POD_ROWS: Row<Pod>[] = [
  {
    name: "kube_pod_info",
    help: "Information about pod.",
    of: (pod) => {
      const owner = pod.metadata.ownerReferences?.find(({ controller }) => controller === true);
      const { podIP = "", hostIP = "" } = pod.status;
      const by = { created_by_kind: owner?.kind ?? "<none>", created_by_name: owner?.name ?? "<none>" };
      return [[{ ...podLabels(pod), ...by, host_ip: hostIP, node: pod.spec.nodeName ?? "", pod_ip: podIP }, 1]];
    },
  },
  {
    name: "kube_pod_status_phase",
    help: "The pods current phase.",
    of: (pod) => PHASES.map((phase) => [{ ...podLabels(pod), phase }, Number(pod.status.phase === phase)]),
  },
  {
    name: "kube_pod_status_ready",
    help: "Describes whether the pod is ready to serve requests.",
    of: (pod) => {
      const ready = pod.status.conditions?.find(({ type }) => type === "Ready")?.status.toLowerCase() ?? "unknown";
      return ["true", "false", "unknown"].map((condition) => [
        { ...podLabels(pod), condition },
        Number(ready === condition),
      ]);
    },
  },
  {
    name: "kube_pod_container_status_restarts_total",
    type: "counter",
    help: "The number of container restarts per container.",
    of: (pod) =>
      statusesOf(pod).map(({ name, restartCount }) => [{ ...podLabels(pod), container: name }, restartCount]),
  },
  {
    name: "kube_pod_container_status_waiting_reason",
    help: "Describes the reason the container is currently in waiting state.",
    of: (pod) =>
      statusesOf(pod).flatMap(({ name, state }): [Labels, number][] =>
        state.waiting ? [[{ ...podLabels(pod), container: name, reason: state.waiting.reason }, 1]] : [],
      ),
  },
  {
    name: "kube_pod_container_status_last_terminated_reason",
    help: "Describes the last reason the container was in terminated state.",
    of: (pod) =>
      statusesOf(pod).flatMap(({ name, lastState }): [Labels, number][] =>
        lastState.terminated ? [[{ ...podLabels(pod), container: name, reason: lastState.terminated.reason }, 1]] : [],
      ),
  },
  {
    name: "kube_pod_container_resource_requests",
    help: "The number of requested request resource by a container.",
    of: (pod) => amounts(pod, "requests"),
  },
  {
    name: "kube_pod_container_resource_limits",
    help: "The number of requested limit resource by a container.",
    of: (pod) => amounts(pod, "limits"),
  },
];

/** One number of each object, under the label that kube-state-metrics gives its kind. */
const figure = <T extends KubeObject>(
  name: string,
  label: string,
  help: string,
  of: (object: T) => number,
): Row<T> => ({
  name,
  help,
  of: (object) => [[{ namespace: object.metadata.namespace ?? "", [label]: object.metadata.name }, of(object)]],
});
const deployment = (name: string, help: string, of: (object: Deployment) => number): Row<Deployment> =>
  figure(`kube_deployment_${name}`, "deployment", help, of);
const statefulSet = (name: string, help: string, of: (object: StatefulSet) => number): Row<StatefulSet> =>
  figure(`kube_statefulset_${name}`, "statefulset", help, of);
const autoscaler = (
  name: string,
  help: string,
  of: (object: HorizontalPodAutoscaler) => number,
): Row<HorizontalPodAutoscaler> => figure(`kube_horizontalpodautoscaler_${name}`, "horizontalpodautoscaler", help, of);

const TABLES: Table[] = [
  table(pods, POD_ROWS),
  table(deployments, [
    deployment("spec_replicas", "Number of desired pods for a deployment.", ({ spec }) => spec.replicas),
    deployment("status_replicas", "The number of replicas per deployment.", ({ status }) => status.replicas ?? 0),
    deployment(
      "status_replicas_ready",
      "The number of ready replicas per deployment.",
      ({ status }) => status.readyReplicas ?? 0,
    ),
    deployment(
      "status_replicas_available",
      "The number of available replicas per deployment.",
      ({ status }) => status.availableReplicas ?? 0,
    ),
    deployment(
      "status_replicas_unavailable",
      "The number of unavailable replicas per deployment.",
      ({ status }) => status.unavailableReplicas ?? 0,
    ),
    deployment(
      "status_replicas_updated",
      "The number of updated replicas per deployment.",
      ({ status }) => status.updatedReplicas ?? 0,
    ),
  ]),
  table(statefulSets, [
    statefulSet("replicas", "Number of desired pods for a StatefulSet.", ({ spec }) => spec.replicas),
    statefulSet("status_replicas", "The number of replicas per StatefulSet.", ({ status }) => status.replicas),
    statefulSet(
      "status_replicas_ready",
      "The number of ready replicas per StatefulSet.",
      ({ status }) => status.readyReplicas ?? 0,
    ),
  ]),
  table(horizontalPodAutoscalers, [
    autoscaler(
      "spec_min_replicas",
      "Lower limit for the number of pods that can be set by the autoscaler, default 1.",
      ({ spec }) => spec.minReplicas ?? 1,
    ),
    autoscaler(
      "spec_max_replicas",
      "Upper limit for the number of pods that can be set by the autoscaler; cannot be smaller than MinReplicas.",
      ({ spec }) => spec.maxReplicas,
    ),
    autoscaler(
      "status_current_replicas",
      "Current number of replicas of pods managed by this autoscaler.",
      ({ status }) => status.currentReplicas ?? 0,
    ),
    autoscaler(
      "status_desired_replicas",
      "Desired number of replicas of pods managed by this autoscaler.",
      ({ status }) => status.desiredReplicas ?? 0,
    ),
  ]),
];
