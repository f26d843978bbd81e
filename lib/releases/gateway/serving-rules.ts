import { carrierOf, type GatewayClass, servedRoutes } from "#lib/apps/spec/gateway-rules";
import { type AppSpec } from "#lib/apps/spec-schema";

type Answer = { status: number; headers: Record<string, string | undefined>; text: string };

/** Of a route, the request that tells best whether it is served. */
export type Probe = { host: string; path: string };

/**
 * What to ask a gateway before the other one is left: each route once, at the path of the readiness probe where that lies
 * on the route, since there the service itself is well. Routes that choose by headers or methods, and those that fail on
 * purpose, cannot be asked by a plain request.
 */
export function probesOf({ exposure, readinessProbe }: Pick<AppSpec, "exposure" | "readinessProbe">): Probe[] {
  if (exposure === null) return [];
  const healthy = readinessProbe?.type === "http" ? readinessProbe.path : null;
  return servedRoutes(exposure)
    .filter(({ traffic }) => !traffic || (traffic.methods.length + traffic.headers.length === 0 && !traffic.fault))
    .map(({ host, path, pathType, traffic }) => {
      const base = path.replace(/\/+$/, "");
      const isBelow = healthy !== null && pathType === "prefix" && `${healthy}/`.startsWith(`${base}/`);
      return { host, path: isBelow && !traffic?.rewritePath ? healthy : path };
    });
}

/** A gateway's own words when it knows no such route: Envoy then adds no upstream's time, and Traefik has one sentence. */
const isUnknownRoute = (carrier: GatewayClass, { status, headers, text }: Answer): boolean =>
  status === 404 &&
  (carrier === "istio"
    ? headers["x-envoy-upstream-service-time"] === undefined
    : text.trim() === "404 page not found" && headers["x-content-type-options"] === "nosniff");

const UPSTREAM_TROUBLE = [502, 503, 504];

/**
 * Does the gateway serve the route? What it cannot reach counts only where the gateway that is left says the same: then
 * it is the service that is not well, and moving makes nothing worse.
 */
export function serves(carrier: GatewayClass, now: Answer | null, before: Answer | null): boolean {
  if (now === null) return false;
  const unknown = isUnknownRoute(carrier, now);
  if (!unknown && !UPSTREAM_TROUBLE.includes(now.status)) return true;
  // A service may say "not found" in the very words of the gateway: then the other gateway passes them on.
  const other = carrier === "istio" ? "ingress" : "istio";
  return before !== null && before.status === now.status && !isUnknownRoute(other, before);
}

/** The class of a gateway object in the ledger; null for what is none. */
export function classOfKind(kind: string): GatewayClass | null {
  if (kind.endsWith("/Ingress")) return "ingress";
  return kind.endsWith("/Gateway") || kind.endsWith("/VirtualService") ? "istio" : null;
}

export const isLeaving = (exposure: AppSpec["exposure"], ledgerKinds: readonly string[]): boolean =>
  exposure !== null &&
  ledgerKinds.some((kind) => {
    const gatewayClass = classOfKind(kind);
    return gatewayClass !== null && gatewayClass !== carrierOf(exposure);
  });
