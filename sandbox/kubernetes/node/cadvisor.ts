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
    return [...containers, whole].map((one) => ({ pod, ...one }));
  });
  const family = (name: string, type: Family["type"], help: string, samples: Sample[]): Family => ({
    name,
    type,
    help,
    samples,
  });
  const measured = (metric: string, value: (one: (typeof all)[number]) => number): Sample[] =>
    all.map((one) => sampleOf(one.pod, metric, one.name, value(one)));
  const counted = (metric: string, value: (one: NetworkUsage) => number): Sample[] =>
    network().map((one) => sampleOf(one.pod, metric, NETWORK, value(one)));
  const [cpu, set, rss] = [
    "container_cpu_usage_seconds_total",
    "container_memory_working_set_bytes",
    "container_memory_rss",
  ] as const;
  const [receive, transmit] = [
    "container_network_receive_bytes_total",
    "container_network_transmit_bytes_total",
  ] as const;
  return [
    family(
      cpu,
      "counter",
      "Cumulative cpu time consumed in seconds.",
      measured(cpu, (one) => one.cpuSeconds),
    ),
    family(
      set,
      "gauge",
      "Current working set in bytes.",
      measured(set, (one) => one.memoryBytes),
    ),
    family(
      rss,
      "gauge",
      "Size of RSS in bytes.",
      measured(rss, (one) => one.memoryBytes),
    ),
    family(
      receive,
      "counter",
      "Cumulative count of bytes received",
      counted(receive, (one) => one.received),
    ),
    family(
      transmit,
      "counter",
      "Cumulative count of bytes transmitted",
      counted(transmit, (one) => one.transmitted),
    ),
  ];
};

/** No container's name can have a space in it. */
const NETWORK = "the network";
const known = new WeakMap<Pod, Map<string, Sample>>();

/** The same object for the same series at each scrape, as long as the pod's object is the same. */
function sampleOf(pod: Pod, name: string, container: string, value: number): Sample {
  const ofPod = known.get(pod) ?? new Map<string, Sample>();
  known.set(pod, ofPod);
  const key = `${name} ${container}`;
  const sample = ofPod.get(key) ?? { name, labels: labelsOf(pod, container), value };
  ofPod.set(key, sample);
  sample.value = value;
  return sample;
}

function labelsOf(pod: Pod, container: string): Labels {
  const { metadata, spec } = pod;
  const whole = { namespace: metadata.namespace ?? "", node: spec.nodeName ?? "", pod: metadata.name };
  if (container === NETWORK) return { interface: "eth0", ...whole };
  const image = [...spec.containers, ...(spec.initContainers ?? [])].find(({ name }) => name === container)?.image;
  return container === "" ? whole : { container, image: image ?? "", ...whole };
}
