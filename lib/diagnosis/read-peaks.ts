import "server-only";
import { type Prometheus } from "#lib/clients/prometheus/client";
import { type SeenPod } from "#lib/clusters/pod-rules";
import { aggregate, call, encode, equal, literally, matching, select } from "#lib/metrics/promql-rules";
import { wasOutOfMemory } from "./rules/end-rules.ts";
import { type SeenUsage } from "./scene-schema.ts";

/** As far back as a kill for memory is told. */
const WINDOW_SECONDS = 3600;

/**
 * The most that each container which was ended for its memory held in the last hour, as Prometheus scraped it: what a cluster's
 * own metrics have forgotten with the container's end. Asks only where there is one.
 */
export async function readPeaks(
  prometheus: Prometheus,
  { namespace, pods }: { namespace: string; pods: readonly SeenPod[] },
  { now, signal }: { now: Date; signal: AbortSignal },
): Promise<SeenUsage[]> {
  const ended = pods.filter((pod) => pod.containers.some(wasOutOfMemory));
  if (ended.length === 0) return [];
  const held = select(
    "container_memory_working_set_bytes",
    [equal("namespace", namespace), matching("pod", ended.map(({ name }) => literally(name)).join("|"))],
    WINDOW_SECONDS,
  );
  const query = encode(aggregate("max", ["pod", "container"], call("max_over_time", held)));
  const series = await prometheus.queryInstant(query, now.getTime(), { signal });
  return series.flatMap(({ labels: { pod = "", container = "" }, samples }) =>
    samples.map(({ value }) => ({
      pod,
      container,
      memoryBytes: Math.round(value),
      by: "Prometheus" as const,
      at: now,
    })),
  );
}
