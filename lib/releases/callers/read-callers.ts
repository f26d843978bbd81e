import "server-only";
import { type Prometheus } from "#lib/clients/prometheus/client";
import { aggregate, call, encode, equal, select } from "#lib/metrics/promql-rules";
import { type Caller } from "./identity-rules.ts";

type Terms = { now: Date; signal: AbortSignal; deadlineMs: number };

const SPIFFE = "spiffe://";

/**
 * Who called a service in a time that ends now, as mesh proxies counted it at either side
 * (https://istio.io/latest/docs/reference/config/metrics/); "unknown" are callers without a proxy, whom only the called
 * side's proxy sees. An account is known where both sides had one. Throws what the client throws.
 */
export async function readCallers(
  prometheus: Prometheus,
  { app, namespace }: { app: string; namespace: string },
  windowSeconds: number,
  { now, ...terms }: Terms,
): Promise<Caller[]> {
  const to = [equal("destination_service_name", app), equal("destination_service_namespace", namespace)];
  const calls = call("increase", select("istio_requests_total", to, windowSeconds));
  const by = ["source_workload", "source_workload_namespace", "source_principal"];
  const series = await prometheus.queryInstant(encode(aggregate("sum", by, calls)), now.getTime(), terms);
  const found = new Map<string, Caller>();
  for (const { labels, samples } of series) {
    if ((samples[0]?.value ?? 0) <= 0) continue;
    const { source_workload: workload = "unknown", source_workload_namespace: home = "", source_principal } = labels;
    const key = `${home}/${workload}`;
    const principal = source_principal?.startsWith(SPIFFE) ? source_principal.slice(SPIFFE.length) : null;
    found.set(key, { workload, namespace: home, principal: principal ?? found.get(key)?.principal ?? null });
  }
  return [...found.values()].sort((a, b) => (`${a.namespace}/${a.workload}` < `${b.namespace}/${b.workload}` ? -1 : 1));
}
