import { randomUUID } from "node:crypto";
import { type IncomingMessage } from "node:http";
import { type Logger } from "pino";
import { type Call, type Ground, type Reach } from "./call.ts";
import { type Headers } from "./headers.ts";
import { hostOf } from "./hosts.ts";
import { type NetworkView } from "./network-view.ts";
import { type EdgeRequest, type Plan, plainPlan, type Target } from "./plan.ts";
import { type Proxy } from "./proxy.ts";
import { RateLimiter } from "./rate-limiter.ts";
import { type SidecarScope } from "./sidecar-scope.ts";
import { GATEWAY, knownSource, type Telemetry } from "./telemetry.ts";
import { Upstreams } from "./upstreams.ts";
import { ENVOY, TRAEFIK } from "./words.ts";
import { takesIn, type Workload, workloadOf } from "./workloads.ts";

/** Where the proxies stand: the same view of the cluster, one telemetry, one clock. */
export type Stage = { view: NetworkView; telemetry: Telemetry; logger: Logger; clock: Ground["clock"] };

/** Istio's ingress gateway: an Envoy at the edge. */
export function istioGateway(stage: Stage): Proxy {
  const { view, telemetry, logger } = stage;
  return {
    ground: groundOf(stage, { withRules: true, source: () => GATEWAY }),
    words: ENVOY,
    logger,
    resolve: (request) => view.istio(request),
    forwarded: (incoming, request) => ({
      ...tracing(incoming),
      "x-forwarded-for": [incoming.headers["x-forwarded-for"], incoming.socket.remoteAddress].filter(Boolean).join(","),
      "x-forwarded-proto": request.scheme,
    }),
    served: ({ outcome, status, ms }) =>
      telemetry.istio({
        reporter: "source",
        source: GATEWAY,
        destination: destinationOf(outcome),
        service: outcome.target,
        status,
        flags: outcome.flags,
        ms,
      }),
  };
}

/** Traefik, the standby: it reads Ingresses and knows nothing of the mesh. */
export function traefikGateway(stage: Stage): Proxy {
  const { view, telemetry, logger } = stage;
  return {
    ground: groundOf(stage, { withRules: false, source: () => undefined }),
    words: TRAEFIK,
    logger,
    resolve: (request) => view.traefik(request),
    // It believes nobody: what a visitor says about himself is replaced.
    forwarded: (incoming, request) => ({
      "x-forwarded-for": incoming.socket.remoteAddress ?? "",
      "x-real-ip": incoming.socket.remoteAddress ?? "",
      "x-forwarded-host": incoming.headers.host ?? "",
      "x-forwarded-port": String(incoming.socket.localPort ?? ""),
      "x-forwarded-proto": request.scheme,
      "x-forwarded-server": "traefik",
    }),
    served: ({ plan, outcome, request, status, ms }) =>
      telemetry.traefik({ service: outcome.cluster && plan?.name, method: request.method, status, ms }),
  };
}

/** The sidecar of a calling pod: VirtualServices of the mesh and DestinationRules apply to what leaves it. */
export function outboundSidecar(stage: Stage, calledOf: (incoming: IncomingMessage) => Called | undefined): Proxy {
  const { view, telemetry, logger } = stage;
  const sourceOf = (client: string): Workload | undefined => knownSource(view.backends.podAt(client));
  return {
    ground: groundOf(stage, { withRules: true, source: ({ client }) => sourceOf(client) }),
    words: { ...ENVOY, server: "envoy" },
    logger,
    resolve: (request, incoming) => {
      const called = calledOf(incoming);
      const pod = view.backends.podAt(incoming.socket.remoteAddress ?? "");
      const scope = pod && view.scope(pod);
      const isKnown = called && (called.namespace === "" || scope?.knows(called.namespace, hostOf(called)) !== false);
      if (!isKnown) return unknownTo(scope, request);
      const source = pod && { namespace: pod.metadata.namespace ?? "", labels: pod.metadata.labels ?? {} };
      const found = view.mesh(called, { ...request, source });
      const plan = found === undefined ? straightTo(called, request, 2) : found.plan;
      return plan && { ...plan, targets: plan.targets.map((each) => ({ ...each, caller: source?.namespace })) };
    },
    forwarded: (incoming, request) => ({ ...tracing(incoming), "x-forwarded-proto": request.scheme }),
    served: ({ incoming, request, plan, outcome, status, ms }) =>
      telemetry.istio({
        reporter: "source",
        source: sourceOf(incoming.socket.remoteAddress ?? ""),
        destination: destinationOf(outcome),
        service:
          plan && isUnknown(plan)
            ? { namespace: "unknown", service: plan.name, host: request.host }
            : serviceOf(outcome.target),
        status,
        flags: outcome.flags,
        ms,
      }),
  };
}

/** What a sidecar does with a call to a host that it does not know: no host of the mesh's leads to these names. */
export const UNKNOWN = { passed: "PassthroughCluster", shut: "BlackHoleCluster" };
const isUnknown = ({ name }: Plan): boolean => Object.values(UNKNOWN).includes(name);
/** Passed on, it comes to an address that the mesh made up, where nobody is. */
const unknownTo = (scope: SidecarScope | undefined, request: EdgeRequest): Plan =>
  scope?.passesUnknown === false
    ? { ...plainPlan(UNKNOWN.shut, request), answer: { status: 502 } }
    : { ...plainPlan(UNKNOWN.passed, request), answer: { status: 503, body: ENVOY.failures.UF.body } };

/** A host outside belongs to the namespace that its callers know it in. */
const serviceOf = (target: Target | undefined) =>
  target &&
  (target.namespace === ""
    ? { namespace: target.caller ?? "unknown", service: target.service, host: target.service }
    : target);

/** Only the called pods have sidecars: plain balancing, and they count. */
export function inboundSidecar(stage: Stage, calledOf: (incoming: IncomingMessage) => Called | undefined): Proxy {
  return {
    ground: { ...groundOf(stage, { withRules: false, source: () => undefined }), isDirect: true },
    words: ENVOY,
    logger: stage.logger,
    resolve: (request, incoming) => {
      const called = calledOf(incoming);
      return called && straightTo(called, request, 0);
    },
    forwarded: (incoming, request) => ({ ...tracing(incoming), "x-forwarded-proto": request.scheme }),
    served: () => undefined,
  };
}

/** The Service whose cluster address a connection came in on; without a namespace a host outside of the cluster. */
export type Called = { namespace: string; service: string; port: number };

const straightTo = ({ namespace, service, port }: Called, request: EdgeRequest, attempts: number): Plan => ({
  ...plainPlan(hostOf({ namespace, service }), request),
  targets: [{ namespace, service, port: { number: port }, weight: 1 }],
  retry: { attempts, on: ["connect-failure"], backoffMs: 25 },
});

const tracing = ({ headers }: IncomingMessage): Headers => ({
  "x-request-id": headers["x-request-id"] ?? randomUUID(),
});

const destinationOf = (outcome: { backend?: { pod?: Parameters<typeof workloadOf>[0] } }): Workload | undefined =>
  outcome.backend?.pod && workloadOf(outcome.backend.pod);

function groundOf(
  { view, telemetry, clock }: Stage,
  { withRules, source }: { withRules: boolean; source(call: Call): Workload | undefined },
): Ground {
  return {
    view,
    upstreams: new Upstreams(clock),
    limiter: new RateLimiter(),
    withRules,
    clock,
    source,
    isDirect: false,
    reached: ({ backend: { pod, port }, target, status, ms, bytes }: Reach, call: Call) => {
      if (pod === undefined) return;
      telemetry.network(pod, bytes.sent, bytes.received);
      if (takesIn(pod, port) && status > 0)
        telemetry.istio({
          reporter: "destination",
          source: source(call),
          destination: workloadOf(pod),
          service: target,
          status,
          flags: [],
          ms,
        });
    },
  };
}
