import "server-only";
import { type Prometheus } from "#lib/clients/prometheus/client";
import { type CallFigures, type FoundCall, figuresOf, GATEWAY_WORKLOAD } from "./call-rules.ts";
import {
  aggregate,
  binary,
  call,
  type Expr,
  encode,
  equal,
  literally,
  type Matcher,
  matching,
  number,
  rate,
} from "./promql-rules.ts";
import { type Counted, type RequestSource, requestMetricsOf, traefikNames } from "./scope-rules.ts";

export type Terms = { now: Date; signal: AbortSignal; deadlineMs: number };

export const CALLS_WINDOW_SECONDS = 300;
const P95 = 0.95;

/**
 * Who called whom in a namespace, into it and out of it, as mesh proxies and Istio's gateway counted
 * (https://istio.io/latest/docs/reference/config/metrics/): by the caller's side where it has a proxy, else by the called
 * one's. The most called first. Throws what the client throws.
 */
export async function findMeshCalls(prometheus: Prometheus, namespace: string, terms: Terms): Promise<FoundCall[]> {
  const into = equal("destination_service_namespace", namespace);
  const countedBy: Matcher[][] = [
    [equal("reporter", "source"), into],
    [equal("reporter", "destination"), equal("source_workload", "unknown"), into],
    [equal("reporter", "source"), equal("source_workload_namespace", namespace), { ...into, op: "!=" }],
  ];
  return askMesh(prometheus, countedBy, terms);
}

async function askMesh(prometheus: Prometheus, countedBy: Matcher[][], terms: Terms): Promise<FoundCall[]> {
  const ends = [
    "source_workload",
    "source_workload_namespace",
    "destination_service_name",
    "destination_service_namespace",
  ] as const;
  const figures = await askCalls(prometheus, terms, {
    ...{ by: ends, countedBy, status: "response_code", millis: 1 },
    ...{ requests: "istio_requests_total", buckets: "istio_request_duration_milliseconds_bucket" },
  });
  return figures.map(({ labels, ...rest }) => ({
    ...rest,
    from: { workload: labels.source_workload ?? "unknown", namespace: labels.source_workload_namespace ?? "" },
    to: {
      service: labels.destination_service_name ?? "unknown",
      namespace: labels.destination_service_namespace ?? "",
    },
  }));
}

/** The services that an app's mesh proxies called in the last minutes, the most called first. Throws what the client throws. */
export async function findCallees(
  prometheus: Prometheus,
  { app, namespace }: { app: string; namespace: string },
  terms: Terms,
): Promise<(CallFigures & FoundCall["to"])[]> {
  const own = [
    equal("reporter", "source"),
    equal("source_workload", app),
    equal("source_workload_namespace", namespace),
  ];
  return (await askMesh(prometheus, [own], terms)).map(({ from: _, to, ...figures }) => ({ ...figures, ...to }));
}

/**
 * What Traefik passed on to services of a namespace, by Traefik's own names of them: "<namespace>-<service>-<port>". The
 * most called first. Throws what the client throws.
 */
export async function findTraefikCalls(
  prometheus: Prometheus,
  namespace: string,
  terms: Terms,
): Promise<(CallFigures & { service: string })[]> {
  const figures = await askCalls(prometheus, terms, {
    ...{ by: ["service"], status: "code", millis: 1000 },
    countedBy: [[matching("service", `${literally(namespace)}-.+@kubernetes`)]],
    ...{ requests: "traefik_service_requests_total", buckets: "traefik_service_request_duration_seconds_bucket" },
  });
  return figures.map(({ labels, ...rest }) => ({ ...rest, service: labels.service ?? "" }));
}

/**
 * What reached these services of a namespace in the last minutes, as their own mesh proxies or the gateway counted that they
 * are exposed at; one that nobody called is missing. Throws what the client throws.
 */
export async function findVisits(
  prometheus: Prometheus,
  { source, namespace, services }: { source: RequestSource; namespace: string; services: readonly Counted[] },
  terms: Terms,
): Promise<(CallFigures & { app: string })[]> {
  const { by, matchers, ...rest } = requestMetricsOf(source, namespace, services);
  // The proxies of other callers count into the same series, as sources too.
  const atGateway = source === "istio-gateway" ? [equal("source_workload", GATEWAY_WORKLOAD)] : [];
  const figures = await askCalls(prometheus, terms, { ...rest, by: [by], countedBy: [[...matchers, ...atGateway]] });
  const isOf = (service: Counted, label: string | undefined) =>
    (source === "traefik" ? traefikNames(namespace, service) : [service.app]).includes(label ?? "");
  return services.flatMap((service) =>
    figures
      .filter(({ labels }) => isOf(service, labels[by]))
      .map(({ labels: _, ...each }) => ({ ...each, app: service.app })),
  );
}

type Asked = {
  by: readonly string[];
  /** Any of these counts. */
  countedBy: readonly Matcher[][];
  requests: string;
  buckets: string;
  status: string;
  /** What the buckets' unit is in milliseconds. */
  millis: number;
};

/** The figures of all calls that these count, by the labels asked for. */
async function askCalls(
  prometheus: Prometheus,
  { now, ...terms }: Terms,
  { by, countedBy, requests, buckets, status, millis }: Asked,
): Promise<ReturnType<typeof figuresOf>> {
  const rates = (metric: string): Expr =>
    countedBy
      .map((matchers) => rate(metric, matchers, CALLS_WINDOW_SECONDS))
      .reduce((left, right) => binary(left, "or", right));
  const asked = [
    aggregate("sum", [...by, status], rates(requests)),
    call("histogram_quantile", number(P95), aggregate("sum", [...by, "le"], rates(buckets))),
  ];
  const [counts = [], quantiles = []] = await Promise.all(
    asked.map((expr) => prometheus.queryInstant(encode(expr), now.getTime(), terms)),
  );
  return figuresOf({ counts, quantiles, by, status, millis });
}
