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
  /** The label that says whose requests they are. */
  by: string;
  matchers: Matcher[];
};

/** A service whose requests are counted under its name, or, at Traefik, under that of any of its ports. */
export type Counted = { app: string; ports: AppSettings["ports"] };

export function requestMetricsOf(
  source: RequestSource,
  namespace: string,
  services: readonly Counted[],
): RequestMetrics {
  const istio = {
    requests: "istio_requests_total",
    buckets: "istio_request_duration_milliseconds_bucket",
    millis: 1,
    status: "response_code",
  };
  const apps = services.map(({ app }) => app);
  switch (source) {
    case "mesh":
      return {
        ...istio,
        byPod: true,
        by: "destination_workload",
        matchers: [
          equal("reporter", "destination"),
          oneOf("destination_workload", apps),
          equal("destination_workload_namespace", namespace),
        ],
      };
    case "istio-gateway":
      return {
        ...istio,
        byPod: false,
        by: "destination_service_name",
        matchers: [
          equal("reporter", "source"),
          oneOf("destination_service_name", apps),
          equal("destination_service_namespace", namespace),
        ],
      };
    case "traefik":
      return {
        requests: "traefik_service_requests_total",
        buckets: "traefik_service_request_duration_seconds_bucket",
        millis: 1000,
        status: "code",
        byPod: false,
        by: "service",
        matchers: [
          oneOf(
            "service",
            services.flatMap((service) => traefikNames(namespace, service)),
          ),
        ],
      };
  }
}

/** Traefik names a service by namespace, name and port, the port as the route has it. */
export const traefikNames = (namespace: string, { app, ports }: Counted): string[] =>
  ports.flatMap(({ name, port }) => [name, port].map((end) => `${namespace}-${app}-${end}@kubernetes`));

const oneOf = (label: string, values: readonly string[]): Matcher => {
  const [only] = values;
  return values.length === 1 && only !== undefined
    ? equal(label, only)
    : matching(label, values.map(literally).join("|"));
};
