import { type Collect, type Family, type Labels, type Sample } from "../../prometheus/metrics.ts";
import { type Pod } from "../objects.ts";
import { type ContainerUsage, type UsageSource } from "./usage.ts";

/** Bytes that came to a pod and left it, as far as they are counted. */
export type NetworkUsage = { pod: Pod; received: number; transmitted: number };

/**
 * The series that a kubelet's cAdvisor endpoint gives: time used and memory in use of each container, and of the pod as
 * a whole under no container's name (a sum over all of them counts double, as it does elsewhere); network by pod.
 */
export const collectCadvisor = (usage: UsageSource, network: () => NetworkUsage[]): Collect =>
  function* collect() {
    yield* inParts(usage.pods(), MEASURED, ({ pod, containers }, { name, value }) => {
      const each = containers.flatMap((one) => {
        const measured = value(one);
        return measured === undefined ? [] : sampleOf(pod, name, one.name, measured);
      });
      const whole = each.reduce((sum, sample) => sum + sample.value, 0);
      return each.length === 0 ? [] : [...each, sampleOf(pod, name, "", whole)];
    });
    yield* inParts(network(), COUNTED, (one, { name, value }) => [sampleOf(one.pod, name, NETWORK, value(one))]);
  };

type Metric<T, V = number> = Omit<Family, "samples"> & { value(one: T): V };

const MEASURED: Metric<ContainerUsage, number | undefined>[] = [
  {
    ...{ name: "container_cpu_usage_seconds_total", type: "counter" },
    help: "Cumulative cpu time consumed in seconds.",
    value: ({ cpuSeconds }) => cpuSeconds,
  },
  {
    ...{ name: "container_memory_working_set_bytes", type: "gauge" },
    help: "Current working set in bytes.",
    value: ({ memoryBytes }) => memoryBytes,
  },
  {
    ...{ name: "container_memory_rss", type: "gauge", help: "Size of RSS in bytes." },
    value: ({ memoryBytes }) => memoryBytes,
  },
  {
    ...{ name: "container_cpu_cfs_periods_total", type: "counter" },
    help: "Number of elapsed enforcement period intervals.",
    value: ({ periods }) => periods?.all,
  },
  {
    ...{ name: "container_cpu_cfs_throttled_periods_total", type: "counter" },
    help: "Number of throttled period intervals.",
    value: ({ periods }) => periods?.throttled,
  },
];
const COUNTED: Metric<NetworkUsage>[] = [
  {
    ...{ name: "container_network_receive_bytes_total", type: "counter", help: "Cumulative count of bytes received" },
    value: ({ received }) => received,
  },
  {
    ...{ name: "container_network_transmit_bytes_total", type: "counter" },
    help: "Cumulative count of bytes transmitted",
    value: ({ transmitted }) => transmitted,
  },
];

const PART = 200;

/** Each metric at least once, so that it has a name and a type where nothing is measured. */
function* inParts<T, M extends Omit<Family, "samples">>(
  all: T[],
  metrics: M[],
  samplesOf: (one: T, metric: M) => Sample[],
): Generator<Family> {
  for (let from = 0; from === 0 || from < all.length; from += PART) {
    const part = all.slice(from, from + PART);
    for (const metric of metrics) {
      const { name, type, help } = metric;
      yield { name, type, help, samples: part.flatMap((one) => samplesOf(one, metric)) };
    }
  }
}

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
