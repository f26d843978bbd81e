import { servedRoutes } from "#lib/apps/spec/gateway-rules";
import { type Manifest, type ManifestInput, metadata } from "./object.ts";

/** The standby gateway class: Traefik reads Ingress objects. One rule for each host, its paths in the order of the Spec. */
export function ingress(input: ManifestInput): Manifest {
  const { exposure } = input.spec;
  // Routes of Istio's gateway that failed over to here may mean what an Ingress cannot say.
  const routes = exposure ? servedRoutes(exposure) : [];
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
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: metadata(input),
    spec: { ingressClassName: "traefik", rules },
  };
}
