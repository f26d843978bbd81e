import { carrierOf } from "#lib/apps/spec/gateway-rules";
import { type AppSettings } from "#lib/apps/spec-schema";
import { equal, literally, type Matcher, matching } from "./promql-rules.ts";

/** An app's place, from the database's rows; nothing of it comes from who asks. */
export type MetricScope = {
  app: string;
  namespace: string;
  /** The app's own container: called as the app is, but for one that was imported. */
  container: string;
};

/** Letters of the ends of pods' names (k8s.io/apimachinery/pkg/util/rand): no vowels, so no words. */
const RANDOM = "[bcdfghjklmnpqrstvwxz2456789]";

/**
 * Pods that a Deployment, or a StatefulSet, of this name makes and has made: also those that are gone have a history.
 * "shop" does not fit the pods of "shop-api": what follows the name has no more parts than a pod's own end.
 */
export const podPattern = (app: string): string => `${literally(app)}-(${RANDOM}{1,10}-${RANDOM}{5}|[0-9]{1,5})`;

export const podMatchers = ({ app, namespace }: Pick<MetricScope, "app" | "namespace">): Matcher[] => [
  equal("namespace", namespace),
  matching("pod", podPattern(app)),
];
/** Of these pods the app's own container: limits are of it, not of what stands beside it. */
export const containerMatchers = (scope: MetricScope): Matcher[] => [
  ...podMatchers(scope),
  equal("container", scope.container),
];

/** Who counts an app's requests, best first: its own mesh proxies, or the gateway that it is exposed at. */
export const REQUEST_SOURCES = ["mesh", "istio-gateway", "traefik"] as const;
export type RequestSource = (typeof REQUEST_SOURCES)[number];

export function requestSourceOf(spec: Pick<AppSettings, "meshMode" | "exposure"> | null): RequestSource | null {
  if (spec === null) return null;
  if (spec.meshMode === "mesh") return "mesh";
  if (spec.exposure === null) return null;
  return carrierOf(spec.exposure) === "istio" ? "istio-gateway" : "traefik";
}

/** One source's words for the same three things. Traefik tells seconds, and no pod. */
export type RequestMetrics = {
  requests: string;
  buckets: string;
  millis: number;
  status: string;
  byPod: boolean;
  matchers: Matcher[];
};

export function requestMetricsOf(
  source: RequestSource,
  { app, namespace }: Pick<MetricScope, "app" | "namespace">,
  ports: AppSettings["ports"],
): RequestMetrics {
  const istio = {
    requests: "istio_requests_total",
    buckets: "istio_request_duration_milliseconds_bucket",
    millis: 1,
    status: "response_code",
  };
  switch (source) {
    case "mesh":
      return {
        ...istio,
        byPod: true,
        matchers: [
          equal("reporter", "destination"),
          equal("destination_workload", app),
          equal("destination_workload_namespace", namespace),
        ],
      };
    case "istio-gateway":
      return {
        ...istio,
        byPod: false,
        matchers: [
          equal("reporter", "source"),
          equal("destination_service_name", app),
          equal("destination_service_namespace", namespace),
        ],
      };
    case "traefik": {
      // Traefik names a service by namespace, name and port, the port as the route has it.
      const ends = ports.flatMap(({ name, port }) => [literally(name), String(port)]);
      return {
        requests: "traefik_service_requests_total",
        buckets: "traefik_service_request_duration_seconds_bucket",
        millis: 1000,
        status: "code",
        byPod: false,
        matchers: [matching("service", `${literally(`${namespace}-${app}`)}-(${ends.join("|")})@kubernetes`)],
      };
    }
  }
}
