import { servedRoutes } from "#lib/apps/spec/gateway-rules";
import { middlewaresOf } from "./middlewares.ts";
import { type Manifest, type ManifestInput, metadata } from "./object.ts";
import { type Route, routeId } from "./route-id.ts";

const MIDDLEWARES = "traefik.ingress.kubernetes.io/router.middlewares";

/**
 * The standby gateway class: Traefik reads Ingress objects. Middlewares are for the whole of an Ingress, so a route with
 * rules has one of its own, after what it names; the others share one, and come last: a route that has just got rules
 * leaves it when its own is there.
 */
export function ingresses(input: ManifestInput): Manifest[] {
  const { exposure } = input.spec;
  // Routes of Istio's gateway that failed over to here may mean what an Ingress cannot say.
  const routes = (exposure ? servedRoutes(exposure) : []).map((route) => ({
    route,
    middlewares: middlewaresOf(input, route),
  }));
  const ruled = routes.flatMap(({ route, middlewares }) => {
    if (middlewares.length === 0) return [];
    const names = middlewares.map(({ metadata: { name } }) => `${input.namespace}-${name}@kubernetescrd`);
    const { metadata: meta, ...own } = ingress(input, [route], `${input.app.name}-${routeId(route)}`);
    return [...middlewares, { ...own, metadata: { ...meta, annotations: { [MIDDLEWARES]: names.join(",") } } }];
  });
  const plain = routes.filter(({ middlewares }) => middlewares.length === 0).map(({ route }) => route);
  return plain.length > 0 ? [...ruled, ingress(input, plain)] : ruled;
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
