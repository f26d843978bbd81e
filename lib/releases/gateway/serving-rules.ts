import { carrierOf, type GatewayClass, servedRoutes } from "#lib/apps/spec/gateway-rules";
import { hostToAsk } from "#lib/apps/spec/names-schema";
import { isSecure } from "#lib/apps/spec/tls-rules";
import { conditionCount } from "#lib/apps/spec/traffic-rules";
import { type AppSpec } from "#lib/apps/spec-schema";

type Answer = { status: number; headers: Record<string, string | undefined>; text: string };

/** Of a route, the request that tells best whether it is served. */
export type Probe = { host: string; path: string; secure: boolean };

/**
 * What to ask a gateway before the other one is left: each route once, at the path of the readiness probe where that lies
 * on the route, since there the service itself is well. Routes that choose by more than the path, and those that fail on
 * purpose, cannot be asked by a plain request.
 */
export function probesOf({ exposure, readinessProbe }: Pick<AppSpec, "exposure" | "readinessProbe">): Probe[] {
  if (exposure === null) return [];
  const healthy = readinessProbe?.type === "http" ? readinessProbe.path : null;
  return servedRoutes(exposure)
    .filter(({ traffic }) => conditionCount(traffic) === 0 && !traffic?.fault)
    .map(({ host, path, pathType, traffic }) => {
      const base = path.replace(/\/+$/, "");
      const isBelow = healthy !== null && pathType === "prefix" && `${healthy}/`.startsWith(`${base}/`);
      const secure = isSecure(exposure, host);
      return { host: hostToAsk(host), secure, path: isBelow && !traffic?.rewritePath ? healthy : path };
    });
}

/** A gateway's own words when it knows no such route: Envoy then adds no upstream's time, and Traefik has one sentence. */
const isUnknownRoute = (carrier: GatewayClass, { status, headers, text }: Answer): boolean =>
  status === 404 &&
  (carrier === "istio"
    ? headers["x-envoy-upstream-service-time"] === undefined
    : text.trim() === "404 page not found" && headers["x-content-type-options"] === "nosniff");

const UPSTREAM_TROUBLE = [502, 503, 504];

/** Was the service itself reached through the gateway? */
export const isReached = (gateway: GatewayClass, answer: Answer | null): boolean =>
  answer !== null && !isUnknownRoute(gateway, answer) && !UPSTREAM_TROUBLE.includes(answer.status);

/**
 * Does the gateway serve the route, seen beside what the one that is left answers? What it knows and cannot reach counts
 * where the other one does not reach it either: then it is the service that is not well, and moving makes nothing worse.
 */
export function serves(carrier: GatewayClass, now: Answer | null, before: Answer | null): boolean {
  if (now === null) return false;
  if (isReached(carrier, now)) return true;
  const reached = isReached(carrier === "istio" ? "ingress" : "istio", before);
  // A service may say "not found" in the very words of the gateway: then the other gateway passes them on.
  return isUnknownRoute(carrier, now) ? reached && before?.status === now.status : !reached;
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
