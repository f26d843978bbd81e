const CLUSTER_DOMAIN = ".svc.cluster.local";

/** A Service by its full name; a host outside of the cluster, which has no namespace there, by its own. */
export const hostOf = ({ namespace, service }: { namespace: string; service: string }): string =>
  namespace === "" ? service : fullName(namespace, service);

export const fullName = (namespace: string, service: string): string => `${service}.${namespace}${CLUSTER_DOMAIN}`;

/** Istio completes a name without dots with the namespace of the object that says it, and takes any other as it is. */
export const qualify = (host: string, namespace: string): string =>
  host.includes(".") || host === "*" ? host : fullName(namespace, host);

export const qualifyGateway = (name: string, namespace: string): string =>
  name === "mesh" || name.includes("/") ? name : `${namespace}/${name}`;

/** The Service that a full name means; undefined for a host outside of the cluster. */
export function serviceOf(host: string): { namespace: string; service: string } | undefined {
  const [service = "", namespace = "", rest] = host.endsWith(CLUSTER_DOMAIN)
    ? host.slice(0, -CLUSTER_DOMAIN.length).split(".")
    : [];
  return service !== "" && namespace !== "" && rest === undefined ? { namespace, service } : undefined;
}

/** What both patterns allow: the narrower of the two, or undefined when no host fits both. "*.a.b" fits "x.y.a.b". */
export function narrower(a: string, b: string): string | undefined {
  if (hostFits(a, b)) return b;
  return hostFits(b, a) ? a : undefined;
}

export const hostFits = (pattern: string, host: string): boolean =>
  pattern === host || pattern === "*" || (pattern.startsWith("*.") && host.endsWith(pattern.slice(1)));

/** The keys under which a host may be found, the most exact first (Envoy's search for a virtual host). */
export function hostPatterns(host: string): string[] {
  const labels = host.split(".");
  return [host, ...labels.slice(1).map((_label, index) => `*.${labels.slice(index + 1).join(".")}`), "*"];
}
