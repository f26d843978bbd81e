import { isWildcard } from "#lib/apps/spec/names-schema";
import { isToScheme } from "#lib/apps/spec/redirect-schema";
import { canaryName } from "./canary.ts";
import { type Manifest, type ManifestInput, metadata } from "./object.ts";
import { type Route } from "./route-id.ts";
import { mostExactFirst } from "./route-order.ts";
import { conditionsOf, redirectOf, treatmentOf } from "./route-traffic.ts";

const API = "networking.istio.io/v1";
/** Labels of the gateway that Istio's own charts and profiles install. */
const INGRESS_GATEWAY = { istio: "ingressgateway" };

/** The door: which hosts the ingress gateway takes (istio.io/latest/docs/reference/config/networking/gateway). */
export function istioGateway(input: ManifestInput): Manifest {
  return {
    apiVersion: API,
    kind: "Gateway",
    metadata: metadata(input),
    spec: {
      selector: INGRESS_GATEWAY,
      servers: serversOf(input),
    },
  };
}

/** Hosts with TLS on 443, each with its certificate, and on 80 only to be sent there; all others on 80. */
function serversOf(input: ManifestInput): object[] {
  const http = (name: string) => ({ number: 80, name, protocol: "HTTP" });
  const tls = input.spec.exposure?.tls ?? [];
  const secure = tls.flatMap(({ hosts }) => hosts);
  const plain = hostsOf(routesOf(input)).filter((host) => !secure.includes(host));
  return [
    ...(plain.length > 0 ? [{ port: http("http"), hosts: plain }] : []),
    ...(secure.length > 0 ? [{ port: http("to-https"), hosts: secure, tls: { httpsRedirect: true } }] : []),
    ...tls.map(({ secretName, hosts }, i) => ({
      port: { number: 443, name: i === 0 ? "https" : `https-${i + 1}`, protocol: "HTTPS" },
      hosts,
      tls: { mode: "SIMPLE", credentialName: secretName },
    })),
  ];
}

/**
 * Where requests of those hosts go, one object for each host, since two that share a host merge in no defined order
 * (istio.io/latest/docs/reference/config/networking/virtual-service).
 */
export function virtualServices(input: ManifestInput): Manifest[] {
  const routes = routesOf(input);
  return hostsOf(routes).map((host, i) => ({
    apiVersion: API,
    kind: "VirtualService",
    metadata: metadata(input, i === 0 ? input.app.name : `${input.app.name}-${i + 1}`),
    spec: {
      hosts: [host],
      gateways: [input.app.name],
      http: routes
        .filter((route) => route.host === host)
        .sort(mostExactFirst)
        .flatMap((route) => httpRoutesOf(input, route)),
    },
  }));
}

const routesOf = ({ spec }: ManifestInput): Route[] => spec.exposure?.routes ?? [];
const hostsOf = (routes: readonly Route[]): string[] => [...new Set(routes.map(({ host }) => host))];

/** Istio's wildcard is all that is below a name, an Ingress's one label of it: here too, so that a route can move. */
const oneLabelBelow = (host: string): object => ({
  authority: { regex: `[A-Za-z0-9_-]+${host.slice(1).replaceAll(".", "\\.")}(:[0-9]+)?` },
});

/** Text as an expression of RE2 that fits just it. */
const literally = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/**
 * An Ingress's prefix ends at a slash: /api is /api and what is below it, not /apis. Istio's is a prefix of characters, and
 * what takes its place is too: with a rewrite the path itself and what is below it are two routes.
 */
function httpRoutesOf(input: ManifestInput, route: Route): object[] {
  const { host, path, pathType, traffic } = route;
  const depth = isWildcard(host) ? oneLabelBelow(host) : {};
  const base = path.replace(/\/+$/, "");
  const exact = { uri: { exact: pathType === "exact" ? path : base } };
  const below = { uri: { prefix: `${base}/` } };
  const fits = traffic?.pathRegex ? [{ uri: { regex: `${literally(base)}/(${traffic.pathRegex})` } }] : null;
  const matches = fits ?? (pathType === "exact" ? [exact] : base === "" ? [below] : [exact, below]);
  const asks = (match: object[], more: object = {}) => ({
    match: match.map((uri) => ({ ...uri, ...depth, ...conditionsOf(traffic), ...more })),
  });
  const redirect = traffic?.redirect ?? null;
  if (traffic && redirect && !isToScheme(redirect)) return [{ ...asks(matches), ...redirectOf(redirect, traffic) }];
  const to = (match: object[], rewritePath: string | null) => ({
    ...asks(match),
    ...treatmentOf(route, input.namespace),
    ...(rewritePath !== null && { rewrite: { uri: rewritePath } }),
    route: destinationsOf(input, route),
  });
  const otherScheme = { scheme: { exact: redirect?.scheme === "https" ? "http" : "https" } };
  const before = traffic && redirect ? [{ ...asks(matches, otherScheme), ...redirectOf(redirect, traffic) }] : [];
  if (traffic === undefined || traffic.rewritePath === null) return [...before, to(matches, null)];
  const instead = traffic.rewritePath.replace(/\/+$/, "");
  return [...before, ...matches.map((match) => to([match], match === below ? `${instead}/` : instead || "/"))];
}

/** The app's Service, and while a release is tried the canary's for its share of the requests. */
function destinationsOf({ app, namespace, canary }: ManifestInput, { port }: Route): object[] {
  const to = (service: string) => ({ host: `${service}.${namespace}.svc.cluster.local`, port: { number: port } });
  const stable = { destination: to(app.name) };
  if (!canary || canary.weight === 0) return [stable];
  return [
    { ...stable, weight: 100 - canary.weight },
    { destination: to(canaryName(app)), weight: canary.weight },
  ];
}
