import { type z } from "zod";
import { findKind, ingresses } from "../kinds/index.ts";
import { type Pod } from "../objects.ts";
import { type Store } from "../store/store.ts";
import { type Door, doorOf, type Knock } from "./authorization.ts";
import { type Backends, backendsIn } from "./backends.ts";
import { type Cluster, clusterOf } from "./clusters.ts";
import { type Credentials, istioCredentials, traefikCredentials } from "./credentials.ts";
import { derived } from "./derived.ts";
import { sidecarSpec } from "./external-objects.ts";
import { type ExternalServices, externalServicesIn } from "./external-services.ts";
import { type Headers } from "./headers.ts";
import { envoyFilterSpec, limitsAt } from "./inbound-limits.ts";
import { ingressRoutes } from "./ingress-routes.ts";
import { destinationRuleSpec, gatewaySpec, type Named, virtualServiceSpec } from "./istio-objects.ts";
import { gatewayRoutes, meshRoutes } from "./istio-routes.ts";
import { middlewareSpec } from "./middlewares.ts";
import { type Destination, type EdgeRequest, type Plan, type Resolve } from "./plan.ts";
import { RateLimiter } from "./rate-limiter.ts";
import { authorizationPolicySpec, peerAuthenticationSpec } from "./security-objects.ts";
import { type SidecarScope, sidecarScopeOf } from "./sidecar-scope.ts";

/** What the gateways and sidecars know of the cluster, as it is at the moment of each call. */
export type NetworkView = {
  backends: Backends;
  /** Hosts outside of the cluster that entries speak of. */
  external: ExternalServices;
  istio: Resolve;
  traefik: Resolve;
  /** What each gateway shows to visitors that come with TLS. */
  credentials: { istio: Credentials; traefik: Credentials };
  mesh(
    service: { namespace: string; service: string; port: number },
    request: EdgeRequest,
  ): { plan?: Plan } | undefined;
  /** With DestinationRules, as Istio's proxies see it, or without. */
  cluster(destination: Destination, withRules: boolean): Cluster | undefined;
  /** Where a pod's sidecar lets its calls go. */
  scope(pod: Pod): SidecarScope;
  /** Whether a pod lets a caller in. */
  door(pod: Pod, knock: Knock): Door;
  /** Whether the limits that a pod's sidecar keeps take one more request. */
  takes(pod: Pod, port: number, headers: Headers, nowMs: number): boolean;
};

const TRAEFIK_CLASSES = [undefined, "", "traefik"];
const CLASS_ANNOTATION = "kubernetes.io/ingress.class";

export function networkView(store: Store): NetworkView {
  const backends = backendsIn(store);
  const read = <S>(group: string, version: string, plural: string, schema: z.ZodType<S>) =>
    derived(store, [plural], () => readObjects(store, group, version, plural, schema));
  const gateways = read("networking.istio.io", "v1", "gateways", gatewaySpec);
  const virtualServices = read("networking.istio.io", "v1", "virtualservices", virtualServiceSpec);
  const rules = read("networking.istio.io", "v1", "destinationrules", destinationRuleSpec);
  const policies = read("security.istio.io", "v1", "authorizationpolicies", authorizationPolicySpec);
  const peers = read("security.istio.io", "v1", "peerauthentications", peerAuthenticationSpec);
  const envoyFilters = read("networking.istio.io", "v1alpha3", "envoyfilters", envoyFilterSpec);
  const sidecars = read("networking.istio.io", "v1", "sidecars", sidecarSpec);
  const external = externalServicesIn(store);
  const limiter = new RateLimiter();
  const middlewares = read("traefik.io", "v1alpha1", "middlewares", middlewareSpec);
  const istio = derived(store, ["gateways", "virtualservices"], () => gatewayRoutes(gateways(), virtualServices()));
  const mesh = derived(store, ["virtualservices"], () => meshRoutes(virtualServices()));
  const ours = derived(store, ["ingresses"], () =>
    store
      .list(ingresses)
      .filter(({ spec, metadata }) =>
        TRAEFIK_CLASSES.includes(spec.ingressClassName ?? metadata.annotations?.[CLASS_ANNOTATION]),
      ),
  );
  const traefik = derived(store, ["ingresses", "middlewares"], () => {
    return ingressRoutes(ours(), new Map(middlewares().map((each) => [`${each.namespace}-${each.name}`, each])));
  });
  return {
    backends,
    external,
    istio: (request) => istio()(request),
    traefik: (request) => traefik()(request),
    credentials: { istio: istioCredentials(store, gateways), traefik: traefikCredentials(store, ours) },
    mesh: (service, request) => mesh()(service, request),
    cluster: (destination, withRules) =>
      clusterOf(destination, { backends, external }, withRules ? rules() : undefined),
    takes: (pod, port, headers, nowMs) =>
      limitsAt(pod, port, headers, envoyFilters()).every((limit) => limiter.take(limit, nowMs)),
    scope: (pod) => sidecarScopeOf(pod, sidecars()),
    door: (pod, knock) => doorOf(pod, knock, { policies: policies(), peers: peers() }),
  };
}

/** The oldest first. An object that does not have the shape is passed over, as Istio passes over what it cannot read. */
function readObjects<S>(
  store: Store,
  group: string,
  version: string,
  plural: string,
  schema: z.ZodType<S>,
): Named<S>[] {
  const kind = findKind(group, version, plural);
  const objects = kind === undefined ? [] : store.list(kind);
  return objects
    .sort((a, b) => a.metadata.creationTimestamp.localeCompare(b.metadata.creationTimestamp))
    .flatMap(({ metadata: { namespace = "", name }, spec }) => {
      const parsed = schema.safeParse(spec);
      return parsed.success ? [{ namespace, name, spec: parsed.data }] : [];
    });
}
