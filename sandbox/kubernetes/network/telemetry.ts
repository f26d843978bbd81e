import { type Collect, Counter, type Family, Histogram, type Labels } from "../../prometheus/metrics.ts";
import { type Pod } from "../objects.ts";
import { fullName } from "./hosts.ts";
import { isInMesh, type Workload, workloadOf } from "./workloads.ts";

/** Envoy's own bounds, in milliseconds. */
const MILLISECONDS = [0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000, 300_000];
const TRAEFIK_SECONDS = [0.1, 0.3, 1.2, 5];

export type IstioCall = {
  reporter: "source" | "destination";
  source?: Workload;
  destination?: Workload;
  service?: CalledService;
  status: number;
  flags: string[];
  ms: number;
};
/** `host` where that is not a Service's own name. */
type CalledService = { namespace: string; service: string; host?: string };
type Bytes = { received: number; transmitted: number };
export type TraefikCall = { service?: string; method: string; status: number; ms: number };

/** Counts what the proxies carried, in the words of Istio's and Traefik's metrics; in memory, from nothing at each start. */
export class Telemetry {
  readonly #requests = new Counter("istio_requests_total", "requests_total");
  readonly #durations = new Histogram("istio_request_duration_milliseconds", "request_duration", MILLISECONDS);
  readonly #traefik = TRAEFIK.map(({ level, help }) => ({
    level,
    requests: new Counter(`traefik_${level}_requests_total`, help),
    durations: new Histogram(`traefik_${level}_request_duration_seconds`, `${help} Duration.`, TRAEFIK_SECONDS),
  }));
  readonly #opened = new Counter("istio_tcp_connections_opened_total", "tcp_connections_opened_total");
  readonly #closed = new Counter("istio_tcp_connections_closed_total", "tcp_connections_closed_total");
  readonly #network = new Map<string, Bytes>();

  istio(call: IstioCall): void {
    const labels = istioLabels(call);
    this.#requests.add(labels);
    this.#durations.observe(labels, call.ms);
  }

  /** A connection of a pod to a host outside, without requests that anybody looks at; the result is called at its end. */
  connection({ source, service }: { source: Workload | undefined; service: CalledService }): () => void {
    const labels = {
      ...{ reporter: "source", ...sideLabels("source", source), ...sideLabels("destination", undefined) },
      ...serviceLabels(service),
      ...{ request_protocol: "tcp", response_flags: "-", connection_security_policy: "unknown" },
      ...{ namespace: source?.namespace ?? "unknown", pod: source?.pod ?? "unknown" },
    };
    this.#opened.add(labels);
    return () => this.#closed.add(labels);
  }

  traefik({ service, method, status, ms }: TraefikCall): void {
    const common = { code: String(status), method, protocol: "http" };
    for (const { level, requests, durations } of this.#traefik) {
      const name = level === "entrypoint" ? "web" : service;
      if (name === undefined) continue;
      const labels = { ...common, [level]: name };
      requests.add(labels);
      durations.observe(labels, ms / 1000);
    }
  }

  /** What went over a pod's network: the part of it that the proxies see. */
  network(pod: Pod, received: number, transmitted: number): void {
    const before = this.#network.get(pod.metadata.uid) ?? { received: 0, transmitted: 0 };
    this.#network.set(pod.metadata.uid, {
      received: before.received + received,
      transmitted: before.transmitted + transmitted,
    });
  }

  /** Bytes of these pods; the others are forgotten. */
  networkOf(pods: Pod[]): (Bytes & { pod: Pod })[] {
    const there = new Set(pods.map(({ metadata }) => metadata.uid));
    for (const uid of this.#network.keys()) if (!there.has(uid)) this.#network.delete(uid);
    return pods.flatMap((pod) => {
      const bytes = this.#network.get(pod.metadata.uid);
      return bytes === undefined ? [] : [{ pod, ...bytes }];
    });
  }

  readonly collectIstio: Collect = () => [
    ...[this.#requests.collect(), this.#durations.collect()],
    ...[this.#opened.collect(), this.#closed.collect()],
  ];
  readonly collectTraefik: Collect = () =>
    this.#traefik.flatMap(({ requests, durations }): Family[] => [requests.collect(), durations.collect()]);
}

const TRAEFIK = [
  {
    level: "entrypoint",
    help: "How many HTTP requests processed on an entrypoint, partitioned by status code, protocol, and method.",
  },
  {
    level: "service",
    help: "How many HTTP requests processed on a service, partitioned by status code, protocol, and method.",
  },
] as const;

export const GATEWAY: Workload = {
  pod: "istio-ingressgateway",
  namespace: "istio-system",
  name: "istio-ingressgateway",
  app: "istio-ingressgateway",
  version: "unknown",
  account: "istio-ingressgateway-service-account",
};

/** The calling pod's words where it is in the mesh; a sidecar knows nothing of other callers. */
export const knownSource = (pod: Pod | undefined): Workload | undefined =>
  pod !== undefined && isInMesh(pod) ? workloadOf(pod) : undefined;

/** Istio's standard labels (istio.io/latest/docs/reference/config/metrics), and the pod that a scrape adds. */
function istioLabels({ reporter, source, destination, service, status, flags }: IstioCall): Labels {
  const mutual = source !== undefined && destination !== undefined;
  const reporting = reporter === "source" ? source : destination;
  return {
    reporter,
    ...sideLabels("source", source),
    ...sideLabels("destination", destination),
    ...serviceLabels(service),
    request_protocol: "http",
    response_code: String(status),
    grpc_response_status: "",
    response_flags: flags.join(",") || "-",
    connection_security_policy: reporter === "source" ? "unknown" : mutual ? "mutual_tls" : "none",
    namespace: reporting?.namespace ?? "unknown",
    pod: reporting?.pod ?? "unknown",
  };
}

const serviceLabels = (service: CalledService | undefined): Labels => ({
  destination_service: service ? (service.host ?? fullName(service.namespace, service.service)) : "unknown",
  destination_service_name: service?.service ?? "unknown",
  destination_service_namespace: service?.namespace ?? "unknown",
});

function sideLabels(side: "source" | "destination", workload: Workload | undefined): Labels {
  const { name, namespace, app, version, account } = workload ?? UNKNOWN;
  const principal = `spiffe://cluster.local/ns/${namespace}/sa/${account}`;
  return {
    [`${side}_workload`]: name,
    [`${side}_workload_namespace`]: namespace,
    [`${side}_principal`]: workload === undefined ? "unknown" : principal,
    [`${side}_app`]: app,
    [`${side}_version`]: version,
    [`${side}_canonical_service`]: app,
    [`${side}_canonical_revision`]: version === "unknown" ? "latest" : version,
    [`${side}_cluster`]: workload === undefined ? "unknown" : "Kubernetes",
  };
}

const UNKNOWN: Workload = {
  pod: "unknown",
  namespace: "unknown",
  name: "unknown",
  app: "unknown",
  version: "unknown",
  account: "unknown",
};
