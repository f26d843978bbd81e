import { type StoredSettings } from "./stored-schema.ts";
import { type RouteTraffic } from "./traffic-schema.ts";

type Exposure = NonNullable<StoredSettings["exposure"]>;
type Route = Exposure["routes"][number];
export type GatewayClass = Exposure["gatewayClass"];

/** Where routes are moved to: a gateway of this class, or each service's own again. */
export const GATEWAY_MOVES = ["ingress", "istio", "home"] as const;
export type GatewayMove = (typeof GATEWAY_MOVES)[number];

/** Which gateway carries the routes now: their own, or the one that they have failed over to. */
export const carrierOf = ({ gatewayClass, failedOverTo }: Omit<Exposure, "routes">): GatewayClass =>
  failedOverTo ?? gatewayClass;

/** An exposure carried by this gateway; its own class stays as it is, so that there is always a way home. */
export function carriedBy(exposure: Exposure, carrier: GatewayClass): Exposure {
  const { failedOverTo: _, ...own } = exposure;
  return carrier === own.gatewayClass ? own : { ...own, failedOverTo: carrier };
}

export const targetOf = ({ gatewayClass }: Pick<Exposure, "gatewayClass">, to: GatewayMove): GatewayClass =>
  to === "home" ? gatewayClass : to;

/** Are a route's rules (docs/decisions/0028) known to gateways of this class? */
export const knowsRules = (carrier: GatewayClass): boolean => carrier === "istio";

export const TRAFFIC_FEATURES = [
  "methods",
  "headers",
  "rewrite",
  "redirect",
  "headerEdits",
  "rateLimit",
  "timeout",
  "retries",
  "fault",
  "mirror",
  "cors",
] as const;
export type TrafficFeature = (typeof TRAFFIC_FEATURES)[number];

function featuresOf(traffic: RouteTraffic): TrafficFeature[] {
  const used: Record<TrafficFeature, boolean> = {
    methods: traffic.methods.length > 0,
    headers: traffic.headers.length > 0,
    rewrite: traffic.rewritePath !== null,
    redirect: traffic.redirect !== null,
    headerEdits: traffic.headerEdits.length > 0,
    rateLimit: traffic.rateLimit !== null,
    timeout: traffic.timeoutMs !== null,
    retries: traffic.retries !== null,
    fault: traffic.fault !== null,
    mirror: traffic.mirror !== null,
    cors: traffic.cors !== null,
  };
  return TRAFFIC_FEATURES.filter((feature) => used[feature]);
}

/** Rules without which a route means something else: it would take requests that are not its own, ask for another page, or not send visitors away. */
const MEANING: readonly TrafficFeature[] = ["methods", "headers", "rewrite", "redirect"];

/** What becomes of a route on a gateway that lacks some of its rules: they rest, or the route is not served at all. */
export type RouteLoss = { host: string; path: string; is: "resting" | "unserved"; features: TrafficFeature[] };

/** What routes lose on a gateway of this class, by the rule that refuses them there in a form (`trafficProblems`). */
export function lossesOn(carrier: GatewayClass, routes: readonly Route[]): RouteLoss[] {
  if (knowsRules(carrier)) return [];
  return routes.flatMap(({ host, path, traffic }): RouteLoss[] => {
    const features = traffic ? featuresOf(traffic) : [];
    const decisive = features.filter((feature) => MEANING.includes(feature));
    if (decisive.length > 0) return [{ host, path, is: "unserved", features: decisive }];
    return features.length > 0 ? [{ host, path, is: "resting", features }] : [];
  });
}

/** The routes that their carrier can serve as they are meant. */
export const servedRoutes = (exposure: Exposure): Route[] =>
  exposure.routes.filter((route) => lossesOn(carrierOf(exposure), [route]).every(({ is }) => is === "resting"));
