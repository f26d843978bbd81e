import { type Family, type Labels } from "../../prometheus/metrics.ts";
import { type UsageSource } from "./usage.ts";

/** The series that a kubelet's cAdvisor endpoint gives of each container: time used and memory in use. */
export const collectCadvisor =
  ({ pods }: UsageSource) =>
  (): Family[] => {
    const all = pods().flatMap(({ pod, containers }) =>
      containers.map((container) => {
        const image = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].find(
          ({ name }) => name === container.name,
        )?.image;
        const labels: Labels = {
          container: container.name,
          image: image ?? "",
          namespace: pod.metadata.namespace ?? "",
          node: pod.spec.nodeName ?? "",
          pod: pod.metadata.name,
        };
        return { ...container, labels };
      }),
    );
    const family = (
      name: string,
      type: Family["type"],
      help: string,
      value: (one: (typeof all)[number]) => number,
    ): Family => ({ name, type, help, samples: all.map((one) => ({ name, labels: one.labels, value: value(one) })) });
    return [
      family(
        "container_cpu_usage_seconds_total",
        "counter",
        "Cumulative cpu time consumed in seconds.",
        (one) => one.cpuSeconds,
      ),
      family("container_memory_working_set_bytes", "gauge", "Current working set in bytes.", (one) => one.memoryBytes),
      family("container_memory_rss", "gauge", "Size of RSS in bytes.", (one) => one.memoryBytes),
    ];
  };
