import "server-only";
import { type Prometheus } from "#lib/clients/prometheus/client";
import { aggregate, call, encode, equal, select } from "#lib/metrics/promql-rules";
import { type Gate } from "../gates/schema.ts";
import { ifMeasured } from "../if-measured.ts";
import { type ReleasePlan } from "../plan/plan-release.ts";
import { narrowsAnew, shutCalls } from "./shut-call-rules.ts";

type Terms = { now: Date; signal: AbortSignal };

const HOUR_SECONDS = 3600;
const DEADLINE_MS = 5_000;

/** Warnings about hosts outside that a planned release would shut, as calls were measured in the last hour. */
export async function findShutCalls(
  { app, environment, basis, spec }: Pick<ReleasePlan, "app" | "environment" | "basis" | "spec">,
  { prometheus, ...terms }: Terms & { prometheus: Prometheus | null },
): Promise<Gate[]> {
  const before = basis?.spec ?? null;
  if (!narrowsAnew(before, spec)) return [];
  const of = { app: app.name, namespace: environment.namespace };
  const called = await ifMeasured(prometheus, terms.signal, (asked) => readOutside(asked, of, terms));
  return shutCalls({ before, after: spec, called });
}

const COUNTERS = ["istio_requests_total", "istio_tcp_connections_opened_total"];
/** Where a proxy puts calls to hosts that it does not know: those that it let pass, and those that it did not. */
const PASSED = "PassthroughCluster";
const SHUT = "BlackHoleCluster";

/** Hosts outside that the service's own proxies counted calls to (istio.io/latest/docs/reference/config/metrics). */
async function readOutside(
  prometheus: Prometheus,
  { app, namespace }: { app: string; namespace: string },
  { now, signal }: Terms,
): Promise<(string | null)[]> {
  const from = [
    equal("reporter", "source"),
    equal("source_workload", app),
    equal("source_workload_namespace", namespace),
  ];
  const by = ["destination_service", "destination_service_name"];
  const asked = COUNTERS.map((counter) => {
    const calls = call("increase", select(counter, from, HOUR_SECONDS));
    return prometheus.queryInstant(encode(aggregate("sum", by, calls)), now.getTime(), {
      signal,
      deadlineMs: DEADLINE_MS,
    });
  });
  const found = (await Promise.all(asked)).flat().flatMap(({ labels, samples }): (string | null)[] => {
    const { destination_service: host = "unknown", destination_service_name: name } = labels;
    if ((samples[0]?.value ?? 0) <= 0 || name === SHUT || host.endsWith(".svc.cluster.local")) return [];
    if (host === "unknown" || host === PASSED) return name === PASSED ? [null] : [];
    return [host.replace(/:\d+$/, "")];
  });
  return [...new Set(found)].sort();
}
