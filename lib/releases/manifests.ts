import { fewestReplicas, isAutoscaled } from "#lib/apps/scaling-rules";
import { carrierOf } from "#lib/apps/spec/gateway-rules";
import { type AppSpec } from "#lib/apps/spec-schema";
import { MANAGED_BY } from "#lib/clusters/label-rules";
import { authorizationPolicy, peerAuthentication } from "./manifests/access.ts";
import { autoscaler } from "./manifests/autoscaler.ts";
import { disruptionBudget } from "./manifests/budget.ts";
import { canaryObjects } from "./manifests/canary.ts";
import { configObjects } from "./manifests/config.ts";
import { destinationRule } from "./manifests/destination-rule.ts";
import { externalRoutes, originations, reachOf, serviceEntries } from "./manifests/egress.ts";
import { filesConfigMap } from "./manifests/files.ts";
import { ingresses } from "./manifests/ingress.ts";
import { istioGateway, virtualServices } from "./manifests/istio.ts";
import { collectorConfigMap } from "./manifests/log-collector.ts";
import { type Manifest, type ManifestInput } from "./manifests/object.ts";
import { podTemplate } from "./manifests/pod.ts";
import { rateLimitFilter } from "./manifests/rate-limit.ts";
import { headlessService, service, serviceAccount } from "./manifests/service.ts";
import { workload } from "./manifests/workload.ts";

export type { LogOutput, Manifest, ManifestInput } from "./manifests/object.ts";

/**
 * Everything that Kepler applies for a Spec, in the order in which it is applied: what pods need comes before them,
 * what acts on them or sends traffic to them after. The same input gives the same objects, byte for byte.
 */
export function renderManifests(input: ManifestInput): Manifest[] {
  const { spec } = input;
  const carrier = spec.exposure && carrierOf(spec.exposure);
  const isLeft = ({ kind }: Manifest) => spec.adopted?.leaves.some((left) => left === kind) ?? false;
  const objects = [
    spec.adopted === null && serviceAccount(input),
    filesConfigMap(input),
    ...configObjects(input),
    collectorConfigMap(input),
    spec.ports.length > 0 && service(input),
    spec.workload.kind === "statefulset" && headlessService(input),
    // TLS before the entry that leads to it: else calls would come there in plain HTTP.
    ...originations(input),
    ...serviceEntries(input),
    ...externalRoutes(input),
    reachOf(input),
    authorizationPolicy(input),
    peerAuthentication(input),
    workload(input),
    ...canaryObjects(input),
    fewestReplicas(spec) >= 2 && disruptionBudget(input),
    isAutoscaled(spec) && spec.autoscaling && autoscaler(input, spec.autoscaling),
    // Before the routes whose requests it is about.
    destinationRule(input),
    ...(carrier === "ingress" ? ingresses(input) : []),
    ...(carrier === "istio" ? [rateLimitFilter(input), istioGateway(input), ...virtualServices(input)] : []),
  ];
  return objects.filter((object) => object !== null && object !== false).filter((object) => !isLeft(object));
}

const POD_PARTS = ["ServiceAccount", "ConfigMap", "Secret", "Service", "ServiceEntry"];
/** Kinds of what leads visitors to pods. */
export const ROUTES: readonly string[] = [
  "Ingress",
  "Middleware",
  "Gateway",
  "VirtualService",
  "EnvoyFilter",
  "DestinationRule",
];

/**
 * When an object that a Spec no longer has is removed. What pods are made with goes after the last pod that needs it, and
 * a route after the one that takes its place. What acts on pods goes before the new workload is applied, or it would act
 * on that. So does another kind of workload.
 */
export const removedAfterRollout = (kind: string): boolean => [...POD_PARTS, ...ROUTES].includes(kind);

/**
 * Of what is removed in one turn, these come last: what a route counts on must outlast it (Istio, "Traffic management best
 * practices"; Traefik serves no Ingress that names a Middleware which is not there).
 */
export const removedLast = (kind: string): boolean => ["DestinationRule", "Middleware"].includes(kind);
/** What shuts callers out, or its own calls. */
const SHUTTING = ["AuthorizationPolicy", "PeerAuthentication", "Sidecar"];
export const isShutting = (kind: string): boolean => SHUTTING.includes(kind);

/** The environment's namespace; shared by all its apps, so it carries no app's label. */
export const namespaceManifest = (namespace: string): Manifest => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name: namespace, labels: { ...MANAGED_BY } },
});

/** Would going from one Spec to the other leave running pods alone? */
export function samePodTemplate(a: AppSpec, b: AppSpec, app: { id: string; name: string }): boolean {
  // Any output will do: what a Spec says of its logs counts whether or not they have somewhere to go yet.
  const logOutput = { image: "", elasticsearchHosts: [] };
  const template = (spec: AppSpec) =>
    JSON.stringify(podTemplate({ app, namespace: "", spec, releaseNumber: 0, podRelease: 0, logOutput }));
  return template(a) === template(b);
}
