import { nodes } from "../kinds/index.ts";
import { type Kind } from "../kinds/kind.ts";
import { type NodeMetrics, nodeMetrics, type PodMetrics, podMetrics } from "../kinds/metrics.ts";
import { type NodeUsage, type PodUsage, type UsageSource } from "../node/usage.ts";
import { type ObjectMeta } from "../objects.ts";
import { selects } from "../store/selectors.ts";
import { type Store } from "../store/store.ts";
import { type Measure } from "./list.ts";
import { type Api } from "./rest.ts";

/** metrics.k8s.io: pods and nodes with what they use at the moment, made anew for each request. */
export function measuredBy(usage: UsageSource, store: Store): Api["measured"] {
  return new Map<Kind, Measure>([
    [
      podMetrics,
      (namespace, selector) =>
        usage
          .pods(
            ({ metadata }) =>
              (namespace ?? metadata.namespace) === metadata.namespace && selects(selector, metadata.labels),
          )
          .map(podMetricsOf),
    ],
    [
      nodeMetrics,
      () => usage.nodes().map((each) => nodeMetricsOf(each, store.get(nodes, undefined, each.name)?.metadata.labels)),
    ],
  ]);
}

const usageOf = (cpuCores: number, memoryBytes: number): { cpu: string; memory: string } => ({
  cpu: `${Math.round(cpuCores * 1e9)}n`,
  memory: `${Math.round(memoryBytes / 1024)}Ki`,
});

function timed(metadata: Partial<ObjectMeta> & { name: string }, at: Date, windowSeconds: number) {
  const timestamp = at.toISOString().replace(/\.\d+Z$/, "Z");
  return {
    // Measurements have neither identity nor version, as metrics-server leaves both out.
    metadata: { uid: "", resourceVersion: "", ...metadata, creationTimestamp: timestamp },
    timestamp,
    window: `${windowSeconds.toFixed(3)}s`,
  };
}

const podMetricsOf = ({ pod, at, windowSeconds, containers }: PodUsage): PodMetrics => ({
  kind: "PodMetrics",
  apiVersion: "metrics.k8s.io/v1beta1",
  ...timed(
    { name: pod.metadata.name, namespace: pod.metadata.namespace, labels: pod.metadata.labels },
    at,
    windowSeconds,
  ),
  containers: containers.map(({ name, cpuCores, memoryBytes }) => ({ name, usage: usageOf(cpuCores, memoryBytes) })),
});

const nodeMetricsOf = (
  { name, at, windowSeconds, cpuCores, memoryBytes }: NodeUsage,
  labels: Record<string, string> | undefined,
): NodeMetrics => ({
  kind: "NodeMetrics",
  apiVersion: "metrics.k8s.io/v1beta1",
  ...timed({ name, labels }, at, windowSeconds),
  usage: usageOf(cpuCores, memoryBytes),
});
