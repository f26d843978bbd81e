import { isShutTo } from "#lib/apps/spec/access-rules";
import {
  carriedBy,
  carrierOf,
  type GatewayClass,
  type GatewayMove,
  lossesOn,
  servedRoutes,
  targetOf,
} from "#lib/apps/spec/gateway-rules";
import { restingParts } from "#lib/apps/spec/traffic-policy-rules";
import { type AppSpec } from "#lib/apps/spec-schema";
import { type GatewayCheck, type GatewayStanding, type MoveItem } from "./schema.ts";

/** A service of an environment and how it is exposed there, now or as soon as what is in flight is done. */
export type Exposed = Pick<AppSpec, "meshMode" | "trafficPolicy" | "access"> & {
  appId: string;
  app: string;
  exposure: NonNullable<AppSpec["exposure"]>;
};

/** What a gateway's checks come to. */
export function stateOf(checks: readonly GatewayCheck[]): GatewayStanding["state"] {
  if (checks.length === 0) return "unknown";
  if (checks.some(({ state }) => state === "fail")) return "unready";
  return checks.some(({ state }) => state === "warn") ? "limited" : "ready";
}

/**
 * The services that a move is about: those that another gateway carries; and of them those that would have no route left,
 * or would refuse the other gateway as they refuse whoever the mesh does not know.
 */
export function movesTo(to: GatewayMove, exposed: readonly Exposed[]): { moves: MoveItem[]; stay: MoveItem[] } {
  const items = exposed.flatMap(({ appId, app, exposure, meshMode, trafficPolicy, access }) => {
    const [from, target] = [carrierOf(exposure), targetOf(exposure, to)];
    if (from === target) return [];
    const { routes } = exposure;
    const lost = { losses: lossesOn(target, routes, meshMode), resting: restingParts(target, trafficPolicy) };
    const shut = isShutTo(target, access);
    const item = { appId, app, routes: routes.length, from, to: target, ...lost, shut };
    const served = !shut && servedRoutes(carriedBy(exposure, target)).length > 0;
    return [{ item, served }];
  });
  const pick = (served: boolean) => items.filter((each) => each.served === served).map(({ item }) => item);
  return { moves: pick(true), stay: pick(false) };
}

/** Which gateway carries the routes of an environment. */
export function carriersOf(exposed: readonly Pick<Exposed, "exposure">[]): GatewayClass | "both" | "none" {
  const [first, second] = new Set(exposed.map(({ exposure }) => carrierOf(exposure)));
  return second ? "both" : (first ?? "none");
}
