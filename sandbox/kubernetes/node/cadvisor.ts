import { type Family, type Labels, type Sample } from "../../prometheus/metrics.ts";
import { type Pod } from "../objects.ts";
import { type UsageSource } from "./usage.ts";

/** Bytes that came to a pod and left it, as far as they are counted. */
export type NetworkUsage = { pod: Pod; received: number; transmitted: number };

/**
 * The series that a kubelet's cAdvisor endpoint gives: time used and memory in use of each container, and of the pod as
 * a whole under no container's name (a sum over all of them counts double, as it does elsewhere); network by pod.
 */
export const collectCadvisor = (usage: UsageSource, network: () => NetworkUsage[]) => (): Family[] => {
  const all = usage.pods().flatMap(({ pod, containers }) => {
    const whole = {
      name: "",
      cpuSeconds: containers.reduce((sum, one) => sum + one.cpuSeconds, 0),
      memoryBytes: containers.reduce((sum, one) => sum + one.memoryBytes, 0),
    };
    return [...containers, whole].map((one) => ({ ...one, labels: labelsOf(pod, one.name) }));
  });
  const family = (name: string, type: Family["type"], help: string, samples: Omit<Sample, "name">[]): Family => ({
    name,
    type,
    help,
    samples: samples.map(({ labels, value }) => ({ name, labels, value })),
  });
  const cpu = all.map(({ labels, cpuSeconds }) => ({ labels, value: cpuSeconds }));
  const memory = all.map(({ labels, memoryBytes }) => ({ labels, value: memoryBytes }));
  const bytes = (which: "received" | "transmitted") =>
    network().map((one) => ({ labels: networkLabelsOf(one.pod), value: one[which] }));
  return [
    family("container_cpu_usage_seconds_total", "counter", "Cumulative cpu time consumed in seconds.", cpu),
    family("container_memory_working_set_bytes", "gauge", "Current working set in bytes.", memory),
    family("container_memory_rss", "gauge", "Size of RSS in bytes.", memory),
    family("container_network_receive_bytes_total", "counter", "Cumulative count of bytes received", bytes("received")),
    family(
      "container_network_transmit_bytes_total",
      "counter",
      "Cumulative count of bytes transmitted",
      bytes("transmitted"),
    ),
  ];
};

const known = new WeakMap<Pod, Map<string, Labels>>();
/** The same object for the same container at each scrape, so that the tape knows its series by it. */
function remembered(pod: Pod, key: string, make: () => Labels): Labels {
  const ofPod = known.get(pod) ?? new Map<string, Labels>();
  known.set(pod, ofPod);
  const labels = ofPod.get(key) ?? make();
  ofPod.set(key, labels);
  return labels;
}

const podLabels = ({ metadata, spec }: Pod): Labels => ({
  namespace: metadata.namespace ?? "",
  node: spec.nodeName ?? "",
  pod: metadata.name,
});

const labelsOf = (pod: Pod, container: string): Labels =>
  remembered(pod, container, () => {
    const all = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])];
    const image = all.find(({ name }) => name === container)?.image;
    return container === "" ? podLabels(pod) : { container, image: image ?? "", ...podLabels(pod) };
  });

/** No container's name can have a space in it. */
const networkLabelsOf = (pod: Pod): Labels =>
  remembered(pod, "the network", () => ({ interface: "eth0", ...podLabels(pod) }));
