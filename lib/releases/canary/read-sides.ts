import "server-only";
import { type Prometheus, type Series } from "#lib/clients/prometheus/client";
import { aggregate, call, encode, equal, literally, matching, number, rate, select } from "#lib/metrics/promql-rules";
import { canaryName } from "../manifests/canary.ts";
import { type Side, type Sides } from "./judge-rules.ts";

const SERVICE = "destination_service_name";
const LONGEST_SECONDS = 300;
/** A rate needs two scrapes. */
const SHORTEST_SECONDS = 10;
const DEADLINE_MS = 5_000;

type Where = { app: { name: string }; namespace: string; since: Date };

/**
 * What the gateway's proxies counted of both sides since a moment, at most in the last five minutes
 * (https://istio.io/latest/docs/reference/config/metrics/). Throws what the client throws.
 */
export async function readSides(
  prometheus: Prometheus,
  { app, namespace, since }: Where,
  now: Date,
  signal: AbortSignal,
): Promise<Sides> {
  const names = { stable: app.name, canary: canaryName(app) };
  const seconds = Math.round((now.getTime() - since.getTime()) / 1000);
  const window = Math.min(LONGEST_SECONDS, Math.max(SHORTEST_SECONDS, seconds));
  const of = [
    equal("reporter", "source"),
    matching(SERVICE, Object.values(names).map(literally).join("|")),
    equal("destination_service_namespace", namespace),
  ];
  const requests = call("increase", select("istio_requests_total", of, window));
  const buckets = rate("istio_request_duration_milliseconds_bucket", of, window);
  const p95 = call("histogram_quantile", number(0.95), aggregate("sum", ["le", SERVICE], buckets));
  const ask = { signal, deadlineMs: DEADLINE_MS };
  const [counts, times] = await Promise.all([
    prometheus.queryInstant(encode(aggregate("sum", [SERVICE, "response_code"], requests)), now.getTime(), ask),
    prometheus.queryInstant(encode(p95), now.getTime(), ask),
  ]);
  const side = (name: string) => sideOf(ofService(counts, name), ofService(times, name));
  return { stable: side(names.stable), canary: side(names.canary) };
}

const ofService = (series: readonly Series[], name: string) => series.filter(({ labels }) => labels[SERVICE] === name);
const sum = (series: readonly Series[]): number =>
  series.reduce((total, { samples }) => total + (samples[0]?.value ?? 0), 0);

/** Code 0 is a request that nobody answered. */
const isFailure = ({ labels }: Series): boolean => /^(5..|0)$/.test(labels.response_code ?? "");

function sideOf(counts: readonly Series[], times: readonly Series[]): Side {
  const requests = sum(counts);
  const p95 = times[0]?.samples[0]?.value ?? Number.NaN;
  return {
    requests,
    errorShare: requests > 0 ? sum(counts.filter(isFailure)) / requests : 0,
    p95Ms: Number.isFinite(p95) ? p95 : null,
  };
}
