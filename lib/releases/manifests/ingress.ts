import { servedRoutes } from "#lib/apps/spec/gateway-rules";
import { isWildcard } from "#lib/apps/spec/names-schema";
import { middlewaresOf } from "./middlewares.ts";
import { type Manifest, type ManifestInput, metadata } from "./object.ts";
import { type Route, routeId } from "./route-id.ts";
import { mostExactFirst } from "./route-order.ts";

const MIDDLEWARES = "traefik.ingress.kubernetes.io/router.middlewares";
const PRIORITY = "traefik.ingress.kubernetes.io/router.priority";

/**
 * The standby gateway class: Traefik reads Ingress objects. What it is told in annotations is for the whole of an Ingress,
 * so a route with rules, and one of a wildcard, has one of its own, after what it names; the others share one, and come
 * last: a route that has just got rules leaves it when its own is there.
 */
export function ingresses(input: ManifestInput): Manifest[] {
  const { exposure } = input.spec;
  // Routes of Istio's gateway that failed over to here may mean what an Ingress cannot say.
  const served = exposure ? servedRoutes(exposure) : [];
  const routes = served.map((route) => {
    const middlewares = middlewaresOf(input, route);
    const names = middlewares.map(({ metadata: { name } }) => `${input.namespace}-${name}@kubernetescrd`);
    const annotations = { ...(names.length > 0 && { [MIDDLEWARES]: names.join(",") }), ...priorityOf(route, served) };
    return { route, middlewares, annotations, isPlain: Object.keys(annotations).length === 0 };
  });
  const own = routes.flatMap(({ route, middlewares, annotations, isPlain }) => {
    if (isPlain) return [];
    const { metadata: meta, ...rest } = ingress(input, [route], `${input.app.name}-${routeId(route)}`);
    return [...middlewares, { ...rest, metadata: { ...meta, annotations } }];
  });
  const plain = routes.flatMap(({ route, isPlain }) => (isPlain ? [route] : []));
  return plain.length > 0 ? [...own, ingress(input, plain)] : own;
}

/**
 * Traefik asks the longest rule first, and a wildcard's is longer than that of a host it would swallow
 * (doc.traefik.io/traefik/reference/routing-configuration/http/routing/rules-and-priority). So wildcards come after all
 * hosts, whose rules have thirty characters and more, among themselves in the order of their paths.
 */
function priorityOf(route: Route, served: readonly Route[]): object {
  if (!isWildcard(route.host)) return {};
  const order = served.filter(({ host }) => isWildcard(host)).sort(mostExactFirst);
  return { [PRIORITY]: String(order.length - order.indexOf(route)) };
}

/** One rule for each host, its paths in the order of the Spec. */
function ingress(input: ManifestInput, routes: readonly Route[], name = input.app.name) {
  const hosts = [...new Set(routes.map((route) => route.host))];
  const rules = hosts.map((host) => ({
    host,
    http: {
      paths: routes
        .filter((route) => route.host === host)
        .map((route) => ({
          path: route.path,
          pathType: route.pathType === "exact" ? "Exact" : "Prefix",
          backend: { service: { name: input.app.name, port: { number: route.port } } },
        })),
    },
  }));
  // Traefik ends TLS at its own entry point; that this one redirects plain requests is a setting of Traefik's (docs/decisions/0034).
  const tls = (input.spec.exposure?.tls ?? []).flatMap(({ secretName, hosts: secured }) => {
    const here = secured.filter((host) => hosts.includes(host));
    return here.length > 0 ? [{ hosts: here, secretName }] : [];
  });
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: metadata(input, name),
    spec: { ingressClassName: "traefik", ...(tls.length > 0 && { tls }), rules },
  };
}
