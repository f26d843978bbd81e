import { isExportedTo } from "./external-objects.ts";
import { hostOf, hostPatterns, narrower, qualify, qualifyGateway } from "./hosts.ts";
import { routeTest } from "./istio-match.ts";
import { type GatewaySpec, type HttpRoute, type Named, type VirtualServiceSpec } from "./istio-objects.ts";
import { planner } from "./istio-plan.ts";
import { type EdgeRequest, type Plan, plainPlan, type Resolve } from "./plan.ts";

type Server = { gateway: string; namespace: string; host: string; scheme: string; port: number; redirect: boolean };
type Route = { fits(request: EdgeRequest): boolean; plan(request: EdgeRequest): Plan };
type VirtualHost = { redirect: boolean; routes: Route[] };

/** The labels of the gateway's pods, which a Gateway's selector has to fit. */
export const GATEWAY_LABELS: Record<string, string> = { app: "istio-ingressgateway", istio: "ingressgateway" };

/**
 * The routing table of the ingress gateway: for each server of a Gateway, the VirtualServices that name it. The most
 * exact host has the word; under one host the routes of all VirtualServices stand in order (the oldest object first)
 * and the first match wins.
 */
export function gatewayRoutes(gateways: Named<GatewaySpec>[], virtualServices: Named<VirtualServiceSpec>[]): Resolve {
  const servers = gateways.filter(isOurs).flatMap(serversOf);
  const hosts = new Map<string, VirtualHost>();
  for (const virtualService of virtualServices) {
    const names = (virtualService.spec.gateways ?? ["mesh"]).map((name) =>
      qualifyGateway(name, virtualService.namespace),
    );
    const routes = (server: Server): Route[] =>
      routesOf(virtualService, { gateway: server.gateway, port: server.port });
    for (const server of servers.filter(({ gateway }) => names.includes(gateway)))
      for (const host of hostsOf(virtualService, server)) {
        const key = `${server.scheme} ${host}`;
        const entry = hosts.get(key) ?? { redirect: server.redirect, routes: [] };
        hosts.set(key, { ...entry, routes: [...entry.routes, ...routes(server)] });
      }
  }
  return (request) => {
    const pattern = hostPatterns(request.host).find((host) => hosts.has(`${request.scheme} ${host}`));
    const virtualHost = hosts.get(`${request.scheme} ${pattern}`);
    const plan = virtualHost?.redirect === true ? toHttps(request) : firstFit(virtualHost?.routes ?? [], request);
    return plan && { ...plan, isForMany: pattern?.startsWith("*") };
  };
}

/** The table of the sidecars: what the mesh does with a call to a Service; undefined where no VirtualService speaks of it. */
export function meshRoutes(
  virtualServices: Named<VirtualServiceSpec>[],
): (
  service: { namespace: string; service: string; port: number },
  request: EdgeRequest,
) => { plan?: Plan } | undefined {
  const hosts = new Map<string, Named<VirtualServiceSpec>[]>();
  for (const each of virtualServices)
    if ((each.spec.gateways ?? ["mesh"]).includes("mesh"))
      for (const host of each.spec.hosts) {
        const name = qualify(host, each.namespace);
        hosts.set(name, [...(hosts.get(name) ?? []), each]);
      }
  const compiled = new Map<string, Route[]>();
  return ({ port, ...called }, request) => {
    const found = hostPatterns(hostOf(called)).flatMap((host) => hosts.get(host) ?? []);
    const caller = request.source?.namespace;
    const virtualService = found.find(({ spec, namespace }) => isExportedTo(spec.exportTo, namespace, caller));
    if (virtualService === undefined) return undefined;
    const key = `${virtualService.namespace}/${virtualService.name} ${port}`;
    const routes = compiled.get(key) ?? routesOf(virtualService, { gateway: "mesh", port });
    compiled.set(key, routes);
    return { plan: firstFit(routes, request) };
  };
}

const firstFit = (routes: Route[], request: EdgeRequest): Plan | undefined =>
  routes.find((route) => route.fits(request))?.plan(request);

const routesOf = (virtualService: Named<VirtualServiceSpec>, at: { gateway: string; port: number }): Route[] =>
  (virtualService.spec.http ?? []).flatMap((route: HttpRoute) => {
    const plan = planner(route, virtualService, at.port);
    const cases = route.match ?? [{}];
    return cases.map((match) => ({
      fits: routeTest(match, { ...at, namespace: virtualService.namespace }),
      plan: (request: EdgeRequest) => plan(match, request),
    }));
  });

/** Does a Gateway speak to this gateway's pods? */
export const isOurs = ({ spec }: Named<GatewaySpec>): boolean =>
  Object.entries(spec.selector ?? {}).every(([key, value]) => GATEWAY_LABELS[key] === value);

const serversOf = ({ namespace, name, spec }: Named<GatewaySpec>): Server[] =>
  spec.servers.flatMap(({ port, hosts, tls }) =>
    hosts.map((pattern) => {
      const slash = pattern.indexOf("/");
      const from = slash < 0 ? "*" : pattern.slice(0, slash);
      return {
        gateway: `${namespace}/${name}`,
        namespace: from === "." ? namespace : from,
        host: pattern.slice(slash + 1),
        scheme: port.protocol.toUpperCase() === "HTTPS" ? "https" : "http",
        port: port.number,
        redirect: tls?.httpsRedirect === true,
      };
    }),
  );

function hostsOf({ namespace, spec }: Named<VirtualServiceSpec>, server: Server): string[] {
  if (server.namespace !== "*" && server.namespace !== namespace) return [];
  return spec.hosts.map((host) => narrower(server.host, qualify(host, namespace))).filter((host) => host !== undefined);
}

/** Envoy's answer where a server of the Gateway says `tls.httpsRedirect`. */
const toHttps = (request: EdgeRequest): Plan => ({
  ...plainPlan(request.host, request),
  answer: {
    status: 301,
    headers: { location: `https://${request.headers.host ?? request.host}${request.path}${request.search}` },
  },
});
