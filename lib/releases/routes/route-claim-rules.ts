import { carrierOf, type GatewayClass, servedRoutes } from "#lib/apps/spec/gateway-rules";
import { isWildcard } from "#lib/apps/spec/names-schema";
import { type AppSpec } from "#lib/apps/spec-schema";

type Exposure = NonNullable<AppSpec["exposure"]>;
type Route = Exposure["routes"][number];
/** A route at a gateway that a service has not got yet; `index` is its place in the settings. */
export type Claim = { carrier: GatewayClass; route: Route; index: number };

const place = (carrier: GatewayClass, { host, path, pathType }: Route): string =>
  JSON.stringify([carrier, host, path, pathType]);

/** The routes that a Spec would have and the one before has not, at the gateway that carries them. */
export function newClaims(before: Exposure | null, after: Exposure | null): Claim[] {
  if (after === null) return [];
  const carrier = carrierOf(after);
  const had = new Set(before ? before.routes.map((route) => place(carrierOf(before), route)) : []);
  const served = servedRoutes(after);
  return after.routes.flatMap((route, index) =>
    served.includes(route) && !had.has(place(carrier, route)) ? [{ carrier, route, index }] : [],
  );
}

/**
 * The first of these claims that another service's routes stand in the way of: at Istio's gateway a host has one service,
 * since two VirtualServices of a host merge in no defined order; at an Ingress two may share a host, but no path of it, and
 * no wildcard: the order of its paths is said within one service.
 */
export function clashOf(claims: readonly Claim[], other: Exposure): Claim | null {
  const carrier = carrierOf(other);
  const theirs = servedRoutes(other);
  return (
    claims.find(
      (claim) =>
        claim.carrier === carrier &&
        theirs.some(
          ({ host, path, pathType }) =>
            host === claim.route.host &&
            (carrier === "istio" ||
              isWildcard(host) ||
              (path === claim.route.path && pathType === claim.route.pathType)),
        ),
    ) ?? null
  );
}
