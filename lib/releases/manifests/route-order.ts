import { conditionCount } from "#lib/apps/spec/traffic-rules";
import { type Route } from "./route-id.ts";

/**
 * The first match wins at Istio's gateway; an Ingress takes the most exact one. Both are to mean the same, so that a route
 * can move. Of two with one path the choosier comes first: behind the other it would never be asked.
 */
export const mostExactFirst = (a: Route, b: Route): number =>
  Number(b.pathType === "exact") - Number(a.pathType === "exact") ||
  b.path.length - a.path.length ||
  conditionCount(b.traffic) - conditionCount(a.traffic);
