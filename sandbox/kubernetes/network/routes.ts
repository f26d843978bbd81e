import { ingresses } from "../kinds/index.ts";
import { type Ingress, type IngressBackend } from "../objects.ts";
import { type Store } from "../store/store.ts";

export type Route = { namespace: string; ingress: string; backend: IngressBackend };
type Rule = Route & { host: string | undefined; path: string; exact: boolean };

/** Which Ingress backend answers a request: the exact host before a wildcard before none, an exact path before the longest prefix. */
export function findRoute(store: Store, host: string, path: string): Route | undefined {
  const all = store.list(ingresses);
  const rules = all.flatMap(rulesOf).filter((rule) => hostRank(rule.host, host) > 0 && pathFits(rule, path));
  const [best] = rules.sort(
    (a, b) =>
      hostRank(b.host, host) - hostRank(a.host, host) ||
      Number(b.exact) - Number(a.exact) ||
      b.path.length - a.path.length,
  );
  if (best !== undefined) return best;
  const fallback = all.find(({ spec }) => spec.defaultBackend !== undefined);
  return fallback?.spec.defaultBackend === undefined
    ? undefined
    : {
        namespace: fallback.metadata.namespace ?? "",
        ingress: fallback.metadata.name,
        backend: fallback.spec.defaultBackend,
      };
}

function rulesOf({ metadata, spec }: Ingress): Rule[] {
  return (spec.rules ?? []).flatMap(({ host, http }) =>
    (http?.paths ?? []).map(({ path = "/", pathType, backend }) => ({
      namespace: metadata.namespace ?? "",
      ingress: metadata.name,
      host,
      path,
      exact: pathType === "Exact",
      backend,
    })),
  );
}

function hostRank(pattern: string | undefined, host: string): number {
  if (pattern === undefined || pattern === "") return 1;
  if (pattern === host) return 3;
  return pattern.startsWith("*.") && host.slice(host.indexOf(".") + 1) === pattern.slice(2) ? 2 : 0;
}

/** A prefix matches whole elements: /foo fits /foo and /foo/bar, never /foobar. */
function pathFits({ path: pattern, exact }: Rule, path: string): boolean {
  if (exact) return path === pattern;
  const prefix = pattern.replace(/\/$/, "");
  return path === prefix || path.startsWith(`${prefix}/`);
}
