import { type Ingress, type IngressBackend } from "../objects.ts";
import { hostPatterns } from "./hosts.ts";
import { type Named } from "./istio-objects.ts";
import { type MiddlewareSpec, throughMiddleware } from "./middlewares.ts";
import { type EdgeRequest, type Plan, plainPlan, type Resolve } from "./plan.ts";

/** By "namespace-name", as annotations say it. */
export type Middlewares = Map<string, Named<MiddlewareSpec>>;
type Rule = {
  path: string;
  type: string;
  priority: number;
  isForMany: boolean;
  backend: IngressBackend;
  ingress: Ingress;
};

const MIDDLEWARES = "traefik.ingress.kubernetes.io/router.middlewares";
const PRIORITY = "traefik.ingress.kubernetes.io/router.priority";

/**
 * The routing table of an Ingress controller, in Traefik's order: what an annotation says, else the longest rule first, so
 * that a wildcard comes before a host that it would swallow
 * (doc.traefik.io/traefik/reference/routing-configuration/http/routing/rules-and-priority); an exact path before a prefix;
 * then the default backend. An Ingress's annotation names the middlewares that a request passes through.
 */
export function ingressRoutes(ingresses: Ingress[], middlewares: Middlewares): Resolve {
  const hosts = new Map<string, Rule[]>();
  for (const ingress of ingresses)
    for (const { host = "", http } of ingress.spec.rules ?? [])
      for (const { path = "/", pathType: type, backend } of http?.paths ?? []) {
        const key = host === "" ? "*" : host;
        const isForMany = key.startsWith("*");
        const said = Number(ingress.metadata.annotations?.[PRIORITY] ?? 0);
        const priority = said > 0 ? said : ruleOf(key, path).length;
        hosts.set(key, [...(hosts.get(key) ?? []), { path, type, priority, isForMany, backend, ingress }]);
      }
  const fallback = ingresses.find(({ spec }) => spec.defaultBackend !== undefined);
  return (request) => {
    const fit = patternsOf(request.host)
      .flatMap((pattern) => hosts.get(pattern) ?? [])
      .sort((a, b) => b.priority - a.priority || Number(b.type === "Exact") - Number(a.type === "Exact"))
      .find((rule) => pathFits(rule, request.path));
    if (fit !== undefined)
      return { ...planOf(fit.ingress, fit.backend, middlewares, request), isForMany: fit.isForMany };
    const backend = fallback?.spec.defaultBackend;
    return fallback && backend ? planOf(fallback, backend, middlewares, request) : undefined;
  };
}

/** What Traefik makes of a host and a path (pkg/provider/kubernetes/ingress/kubernetes.go, buildRule). */
function ruleOf(host: string, path: string): string {
  const below = `[a-zA-Z0-9-]+${host.slice(1).replaceAll(".", "\\.")}`;
  const ofHost = host.startsWith("*.") ? `HostRegexp(\`^${below}$\`)` : `Host(\`${host}\`)`;
  return [...(host === "*" ? [] : [ofHost]), `PathPrefix(\`${path}\`)`].join(" && ");
}

/** An Ingress's wildcard stands for one label, unlike Envoy's. */
const patternsOf = (host: string): string[] => {
  const [exact = "", parent = "*"] = hostPatterns(host);
  return [exact, parent, "*"];
};

/** A prefix matches whole elements: /foo fits /foo and /foo/bar, never /foobar. */
function pathFits({ path: pattern, type }: Rule, path: string): boolean {
  if (type === "Exact") return path === pattern;
  if (type === "ImplementationSpecific") return path.startsWith(pattern);
  const prefix = pattern.replace(/\/$/, "");
  return path === prefix || path.startsWith(`${prefix}/`);
}

function planOf(
  { metadata }: Ingress,
  { service }: IngressBackend,
  middlewares: Middlewares,
  request: EdgeRequest,
): Plan {
  const { namespace = "", annotations } = metadata;
  const url = new URL(`${request.scheme}://${request.headers.host ?? request.host}${request.path}${request.search}`);
  const name =
    service === undefined ? "" : `${namespace}-${service.name}-${service.port.name ?? service.port.number}@kubernetes`;
  const plain: Plan = {
    ...plainPlan(name, request),
    targets: service === undefined ? [] : [{ namespace, service: service.name, port: service.port, weight: 1 }],
    // Traefik itself gives up here. Ours tries the next pod, since one that is stopped may be listed a moment longer.
    retry: { attempts: 1, on: ["connect-failure"], backoffMs: 0 },
  };
  const names = (annotations?.[MIDDLEWARES] ?? "").split(",").map((each) => each.trim().replace(/@kubernetescrd$/, ""));
  const chained = names.flatMap((each) => unchained(each, middlewares, []));
  return chained.reduce((plan, each) => {
    const middleware = middlewares.get(each);
    return middleware === undefined
      ? plan
      : throughMiddleware(plan, middleware.spec, each, { url, method: request.method });
  }, plain);
}

/** A chain stands for the middlewares that it names; one that names itself ends there. */
function unchained(key: string, middlewares: Middlewares, above: string[]): string[] {
  const middleware = middlewares.get(key);
  const chain = middleware?.spec.chain;
  if (chain === undefined || above.includes(key)) return [key];
  return chain.middlewares.flatMap(({ name, namespace = middleware?.namespace }) =>
    unchained(`${namespace}-${name}`, middlewares, [...above, key]),
  );
}
