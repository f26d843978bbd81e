import "server-only";
import { type Prometheus, type Series } from "#lib/clients/prometheus/client";
import { aggregate, encode, equal, rate } from "./promql-rules.ts";
import { type MetricScope } from "./scope-rules.ts";

export type FoundCallee = { service: string; namespace: string; perSecond: number; errorShare: number };

const WINDOW_SECONDS = 300;

/**
 * The services that an app's mesh proxies called in the last minutes, the most called first
 * (https://istio.io/latest/docs/reference/config/metrics/). Throws what the client throws.
 */
export async function findCallees(
  prometheus: Prometheus,
  { app, namespace }: Pick<MetricScope, "app" | "namespace">,
  { now, ...call }: { now: Date; signal: AbortSignal; deadlineMs: number },
): Promise<FoundCallee[]> {
  const by = ["destination_service_name", "destination_service_namespace", "response_code"];
  const calls = rate(
    "istio_requests_total",
    [equal("reporter", "source"), equal("source_workload", app), equal("source_workload_namespace", namespace)],
    WINDOW_SECONDS,
  );
  const series = await prometheus.queryInstant(encode(aggregate("sum", by, calls)), now.getTime(), call);
  const all = Map.groupBy(series, ({ labels }) => JSON.stringify(by.slice(0, 2).map((label) => labels[label] ?? "")));
  return [...all.values()]
    .flatMap((parts) => calleeOf(parts))
    .filter(({ perSecond }) => perSecond > 0)
    .sort((a, b) => b.perSecond - a.perSecond);
}

function calleeOf(parts: Series[]): FoundCallee[] {
  const [first] = parts;
  if (!first) return [];
  const sum = (of: Series[]) => of.reduce((total, { samples }) => total + (samples[0]?.value ?? 0), 0);
  const perSecond = sum(parts);
  const failed = sum(parts.filter(({ labels }) => /^(5..|0)$/.test(labels.response_code ?? "")));
  const { destination_service_name: service = "unknown", destination_service_namespace: namespace = "" } = first.labels;
  return [{ service, namespace, perSecond, errorShare: perSecond > 0 ? failed / perSecond : 0 }];
}
