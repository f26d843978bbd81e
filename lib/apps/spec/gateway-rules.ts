import { type StoredSettings } from "./stored-schema.ts";
import { NO_TRAFFIC_RULES, type RouteTraffic } from "./traffic-schema.ts";

type Exposure = NonNullable<StoredSettings["exposure"]>;
type Route = Exposure["routes"][number];
type MeshMode = StoredSettings["meshMode"];
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

export const TRAFFIC_FEATURES = [
  "methods",
  "headers",
  "query",
  "pathRegex",
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
    query: traffic.query.length > 0,
    pathRegex: traffic.pathRegex !== null,
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

type Carries = (traffic: RouteTraffic, meshMode: MeshMode) => boolean;
const always: Carries = () => true;
const never: Carries = () => false;

/**
 * What a gateway of each class carries out with the same meaning (docs/decisions/0028, 0037). Forms refuse the rest,
 * previews of a failover list it, and objects leave it out: all by this table.
 */
const CARRIES: Record<GatewayClass, Record<TrafficFeature, Carries>> = {
  istio: {
    ...{ methods: always, headers: always, query: always, pathRegex: always, rewrite: always, redirect: always },
    ...{ headerEdits: always, timeout: always, retries: always, fault: always, mirror: always, cors: always },
    // The pods' sidecars count.
    rateLimit: (_, meshMode) => meshMode === "mesh",
  },
  ingress: {
    ...{ methods: never, headers: never, query: never, pathRegex: never, timeout: never, fault: never, mirror: never },
    ...{ rewrite: always, redirect: always, rateLimit: always, cors: always },
    // A header is set or removed; one more of a name that is there cannot be said.
    headerEdits: ({ headerEdits }) => headerEdits.every(({ action }) => action !== "add"),
    // Tried again is what did not reach the pod, without a limit of its own for each try.
    retries: ({ retries }) => retries?.perTryTimeoutMs === null && retries.on.every((on) => on === "connect-failure"),
  },
};

/** The rules of a route that a gateway of this class cannot carry out as they are meant. */
export const featuresLost = (carrier: GatewayClass, traffic: RouteTraffic, meshMode: MeshMode): TrafficFeature[] =>
  featuresOf(traffic).filter((feature) => !CARRIES[carrier][feature](traffic, meshMode));

/** Where a feature stands in a route's rules. */
export const FIELD_OF = {
  ...{ methods: "methods", headers: "headers", query: "query", pathRegex: "pathRegex" },
  ...{ rewrite: "rewritePath", redirect: "redirect" },
  ...{ headerEdits: "headerEdits", rateLimit: "rateLimit", timeout: "timeoutMs", retries: "retries" },
  ...{ fault: "fault", mirror: "mirror", cors: "cors" },
} as const satisfies Record<TrafficFeature, keyof RouteTraffic>;

/** Does the gateway that carries the routes carry out rules of any of them? */
export const carriesRules = (exposure: Exposure, meshMode: MeshMode): boolean =>
  servedRoutes(exposure).some(
    ({ traffic }) => traffic && featuresOf(rulesCarried(carrierOf(exposure), traffic, meshMode)).length > 0,
  );

/** A route's rules without those that rest at a gateway of this class. */
export const rulesCarried = (carrier: GatewayClass, traffic: RouteTraffic, meshMode: MeshMode): RouteTraffic =>
  featuresLost(carrier, traffic, meshMode).reduce(
    (rules, feature) => ({ ...rules, [FIELD_OF[feature]]: NO_TRAFFIC_RULES[FIELD_OF[feature]] }),
    traffic,
  );

/** Rules without which a route means something else: it would take requests that are not its own, ask for another page, or not send visitors away. */
const MEANING: readonly TrafficFeature[] = ["methods", "headers", "query", "pathRegex", "rewrite", "redirect"];

/** What becomes of a route on a gateway that lacks some of its rules: they rest, or the route is not served at all. */
export type RouteLoss = { host: string; path: string; is: "resting" | "unserved"; features: TrafficFeature[] };

/** What routes of a service lose on a gateway of this class, by the table that refuses them there in a form (`trafficProblems`). */
export function lossesOn(carrier: GatewayClass, routes: readonly Route[], meshMode: MeshMode): RouteLoss[] {
  return routes.flatMap(({ host, path, traffic }): RouteLoss[] => {
    const features = traffic ? featuresLost(carrier, traffic, meshMode) : [];
    const decisive = features.filter((feature) => MEANING.includes(feature));
    if (decisive.length > 0) return [{ host, path, is: "unserved", features: decisive }];
    return features.length > 0 ? [{ host, path, is: "resting", features }] : [];
  });
}

/** The routes that their carrier can serve as they are meant; no rule that decides about it asks for the mesh. */
export const servedRoutes = (exposure: Exposure): Route[] =>
  exposure.routes.filter((route) => lossesOn(carrierOf(exposure), [route], "mesh").every(({ is }) => is === "resting"));
