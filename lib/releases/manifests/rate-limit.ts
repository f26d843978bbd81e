import { type RouteRateLimit } from "#lib/apps/spec/rate-limit-schema";
import { everyPod, type Manifest, type ManifestInput, metadata } from "./object.ts";
import { routeId } from "./route-id.ts";

/** By which the gateway tells a pod's sidecar which limit a request counts for; whoever forges it only counts himself. */
export const LIMIT_HEADER = "x-kepler-limit";

const FILTER = "envoy.filters.http.local_ratelimit";
const CONNECTION_MANAGER = "envoy.filters.network.http_connection_manager";
const UNLIMITED = { max_tokens: 4_294_967_295, tokens_per_fill: 4_294_967_295, fill_interval: "1s" };
const ALWAYS = { default_value: { numerator: 100, denominator: "HUNDRED" } };

const config = (value: object) => ({
  "@type": "type.googleapis.com/udpa.type.v1.TypedStruct",
  type_url: "type.googleapis.com/envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit",
  value: { stat_prefix: "http_local_rate_limiter", ...value },
});

/**
 * Limits of routes, kept by the sidecars of the service's pods (istio.io/latest/docs/tasks/policy-enforcement/rate-limit
 * and envoyproxy.io, "Local rate limit"): Istio has no other object for it, and a filter on the gateway itself would have
 * to stand in the gateway's namespace. Null without a limit, or without sidecars.
 */
export function rateLimitFilter(input: ManifestInput): Manifest | null {
  const { exposure, meshMode } = input.spec;
  const limited = (exposure?.routes ?? []).flatMap((route) =>
    route.traffic?.rateLimit ? [{ route, limit: route.traffic.rateLimit }] : [],
  );
  if (limited.length === 0 || meshMode !== "mesh") return null;
  const ports = [...new Set(limited.map(({ route }) => route.port))];
  return {
    apiVersion: "networking.istio.io/v1alpha3",
    kind: "EnvoyFilter",
    metadata: metadata(input),
    spec: {
      workloadSelector: { labels: everyPod(input) },
      configPatches: [
        {
          applyTo: "HTTP_FILTER",
          match: {
            context: "SIDECAR_INBOUND",
            listener: {
              filterChain: { filter: { name: CONNECTION_MANAGER, subFilter: { name: "envoy.filters.http.router" } } },
            },
          },
          patch: { operation: "INSERT_BEFORE", value: { name: FILTER, typed_config: config({}) } },
        },
        ...ports.map((port) => ({
          applyTo: "HTTP_ROUTE",
          match: {
            context: "SIDECAR_INBOUND",
            routeConfiguration: { vhost: { name: `inbound|http|${port}`, route: { action: "ANY" } } },
          },
          patch: {
            operation: "MERGE",
            value: {
              route: {
                rate_limits: [
                  { actions: [{ request_headers: { header_name: LIMIT_HEADER, descriptor_key: LIMIT_HEADER } }] },
                ],
              },
              typed_per_filter_config: {
                [FILTER]: config({
                  token_bucket: UNLIMITED,
                  always_consume_default_token_bucket: false,
                  filter_enabled: ALWAYS,
                  filter_enforced: ALWAYS,
                  descriptors: limited
                    .filter(({ route }) => route.port === port)
                    .map(({ route, limit }) => ({
                      entries: [{ key: LIMIT_HEADER, value: routeId(route) }],
                      token_bucket: bucketOf(limit),
                    })),
                }),
              },
            },
          },
        })),
      ],
    },
  };
}

/** In whole seconds, multiples of the default bucket's, as Envoy wants it; 100 a minute are 5 in 3 s. */
function bucketOf({ requests, per, burst }: RouteRateLimit): object {
  const seconds = per === "second" ? 1 : 60;
  const divisor = greatestCommonDivisor(requests, seconds);
  return { max_tokens: burst, tokens_per_fill: requests / divisor, fill_interval: `${seconds / divisor}s` };
}

const greatestCommonDivisor = (a: number, b: number): number => (b === 0 ? a : greatestCommonDivisor(b, a % b));
