import { type PublicError } from "#lib/platform/errors";

/**
 * Hosts that an environment's routes may use: a host name, and whether every host below it is meant too. `tlsSecret` names
 * the Secret of their certificate, in whatever namespace the gateway that carries a route reads it; null = plain HTTP.
 */
export type Domain = { name: string; below: boolean; tlsSecret: string | null };
/** What is read of an environment's row for `domainsOf`. */
export type DomainRow = { domain: string; tlsSecret: string | null; domains: readonly Domain[] };
/** An environment with all of its domains, its own first. */
export type DomainPlace = { name: string; domains: readonly Domain[] };

type Route = { host: string };
type Exposure = { routes: readonly Route[] } | null;

/** An environment's own domain may carry the edge's port; a host never does. */
export const withoutPort = (domain: string): string => domain.replace(/:\d+$/, "");

/** All domains of an environment: its own with everything below it, and the further ones that were allowed. */
export const domainsOf = ({ domain, tlsSecret, domains }: DomainRow): Domain[] => [
  { name: withoutPort(domain), below: true, tlsSecret },
  ...domains.map(({ name, below, tlsSecret: secret }) => ({ name, below, tlsSecret: secret })),
];

/** As certificates and people write it: *.shop.example for the domain and what is below it. */
export const printDomain = ({ name, below }: Pick<Domain, "name" | "below">): string => (below ? `*.${name}` : name);

const covers = ({ name, below }: Pick<Domain, "name" | "below">, host: string): boolean =>
  host === name || (below && host.endsWith(`.${name}`));

/** The domain that a host belongs to, the nearest where several have it; undefined for a host outside of them. */
export const domainOf = <D extends Pick<Domain, "name" | "below">>(
  host: string,
  domains: readonly D[],
): D | undefined => domains.filter((domain) => covers(domain, host)).sort((a, b) => b.name.length - a.name.length)[0];

/**
 * The routes whose host lies outside of an environment's domains, each with its place. What the service has there already
 * is not asked about: a list that has changed since must not stand in the way of scaling it or of going back.
 */
export function outsideRoutes(
  before: Exposure,
  after: Exposure,
  domains: readonly Domain[],
): { host: string; index: number }[] {
  const had = new Set(before?.routes.map(({ host }) => host));
  return (after?.routes ?? []).flatMap(({ host }, index) =>
    had.has(host) || domainOf(host, domains) ? [] : [{ host, index }],
  );
}

/** Why routes may not be released there, at their fields; null when all their hosts lie in the environment's domains. */
export function outsideError(before: Exposure, after: Exposure, place: DomainPlace): PublicError | null {
  const outside = outsideRoutes(before, after, place.domains);
  if (outside.length === 0) return null;
  const hosts = [...new Set(outside.map(({ host }) => host))].join(", ");
  const domains = place.domains.map(printDomain).join(", ");
  return {
    code: "invalid",
    system: "kepler",
    message: `Outside of the domains of ${place.name} (${domains}): ${hosts}.`,
    next: "Choose a host in one of these domains, or ask a platform admin to allow its domain on the Gateways page.",
    fields: outside.map(({ index }) => ({
      path: `settings.exposure.routes.${index}.host`,
      message: "host.outside-domains",
    })),
  };
}
