import { FIELD_OF, featuresLost, type TrafficFeature } from "./gateway-rules.ts";
import { type Path, type Problem } from "./problem.ts";
import { isToScheme, type RouteRedirect } from "./redirect-schema.ts";
import { type StoredSettings } from "./stored-schema.ts";
import { NO_TRAFFIC_RULES, type RouteTraffic } from "./traffic-schema.ts";

/**
 * What is wrong with routes as a whole. What a gateway cannot do is refused, not dropped; and a route that another one
 * hides, since that is asked first and takes all of its requests, is a mistake.
 */
export function trafficProblems({ exposure, meshMode }: Pick<StoredSettings, "exposure" | "meshMode">): Problem[] {
  if (exposure === null) return [];
  const asks = new Set<string>();
  return exposure.routes.flatMap((route, i): Problem[] => {
    const { host, path, pathType, traffic } = route;
    const at: Path = ["exposure", "routes", i];
    const problems = traffic ? rulesProblems(traffic, [...at, "traffic"]) : [];
    if (traffic) problems.push(...expressionProblems(route, traffic, [...at, "traffic"]));
    if (traffic?.redirect) problems.push(...redirectProblems(route, traffic, traffic.redirect, [...at, "traffic"]));
    for (const feature of traffic ? featuresLost(exposure.gatewayClass, traffic, meshMode) : [])
      problems.push({ path: [...at, "traffic", FIELD_OF[feature]], message: WHY[feature] ?? "traffic.istio-only" });
    const { methods, headers, query, pathRegex } = traffic ?? NO_TRAFFIC_RULES;
    const asked = JSON.stringify([host, path, pathType, methods, headers, query, pathRegex]);
    if (asks.has(asked)) problems.push({ path: [...at, "path"], message: "duplicate" });
    else if (exposure.routes.slice(0, i).some((earlier) => hides(earlier, route)))
      problems.push({ path: [...at, "path"], message: "traffic.hidden" });
    asks.add(asked);
    return problems;
  });
}

/** Why a gateway does not take a rule that it has in part; what it has not got at all is Istio's alone. */
const WHY: Partial<Record<TrafficFeature, string>> = {
  headerEdits: "traffic.sets-or-removes",
  retries: "traffic.retries-connect",
  rateLimit: "traffic.limit-needs-mesh",
};

type Route = NonNullable<StoredSettings["exposure"]>["routes"][number];

/** How many conditions a route has: of two with the same path, the choosier one is asked first. */
export const conditionCount = ({ headers, query, methods, pathRegex }: RouteTraffic = NO_TRAFFIC_RULES): number =>
  headers.length + query.length + Number(methods.length > 0) + Number(pathRegex !== null);

/**
 * Does an earlier route of the same path take all requests of a later one? Only one with as many conditions is asked
 * before it (manifests/istio.ts), so each of its conditions has to be met by whatever meets the later one's.
 */
function hides(earlier: Route, later: Route): boolean {
  if (earlier.host !== later.host || earlier.path !== later.path || earlier.pathType !== later.pathType) return false;
  const [a, b] = [earlier.traffic ?? NO_TRAFFIC_RULES, later.traffic ?? NO_TRAFFIC_RULES];
  return (
    conditionCount(a) === conditionCount(b) &&
    a.methods.length > 0 === b.methods.length > 0 &&
    b.methods.every((method) => a.methods.includes(method)) &&
    a.headers.every((wide) => b.headers.some((narrow) => isMetBy(wide, narrow))) &&
    a.query.every((wide) => b.query.some((narrow) => isMetBy(wide, narrow))) &&
    (a.pathRegex === null || a.pathRegex === b.pathRegex)
  );
}

type Match = RouteTraffic["headers" | "query"][number];
const isMetBy = (wide: Match, narrow: Match): boolean =>
  wide.name === narrow.name &&
  (wide.match === "prefix"
    ? narrow.match !== "regex" && narrow.value.startsWith(wide.value)
    : wide.match === narrow.match && wide.value === narrow.value);

function rulesProblems(
  { headers, query, headerEdits, fault, cors, retries, timeoutMs }: RouteTraffic,
  at: Path,
): Problem[] {
  const problems: Problem[] = [];
  // A VirtualService has one condition for each header and parameter: of two only one would count.
  for (const [field, matches] of Object.entries({ headers, query })) {
    const names = matches.map(({ name }) => name);
    names.forEach((name, i) => {
      if (names.indexOf(name) < i) problems.push({ path: [...at, field, i, "name"], message: "duplicate" });
    });
  }
  const edited = headerEdits.map(({ side, name }) => `${side} ${name}`);
  edited.forEach((edit, i) => {
    if (edited.indexOf(edit) < i) problems.push({ path: [...at, "headerEdits", i, "name"], message: "duplicate" });
  });
  if (fault && fault.delay === null && fault.abort === null)
    problems.push({ path: [...at, "fault"], message: "traffic.empty-fault" });
  if (cors?.credentials && cors.origins.includes("*"))
    problems.push({ path: [...at, "cors", "origins"], message: "cors.any-with-credentials" });
  if (retries?.perTryTimeoutMs != null && timeoutMs !== null && retries.perTryTimeoutMs > timeoutMs)
    problems.push({ path: [...at, "retries", "perTryTimeoutMs"], message: "traffic.try-over-timeout" });
  return problems;
}

/** An expression is for what is below a path; and of what it matched nobody could say which part another path is to replace. */
function expressionProblems({ pathType }: Route, { pathRegex, rewritePath }: RouteTraffic, at: Path): Problem[] {
  if (pathRegex === null) return [];
  return [
    ...(pathType === "exact" ? [{ path: [...at, "pathRegex"], message: "traffic.regex-exact" }] : []),
    ...(rewritePath !== null ? [{ path: [...at, "rewritePath"], message: "traffic.regex-rewrite" }] : []),
  ];
}

/** A redirect has to lead somewhere else; and where the service is never asked, nothing can be said of how it is asked. */
function redirectProblems(route: Route, traffic: RouteTraffic, redirect: RouteRedirect, at: Path): Problem[] {
  const { scheme, host, path } = redirect;
  if (scheme === null && host === null && path === null)
    return [{ path: [...at, "redirect", "host"], message: "redirect.nowhere" }];
  if (isToScheme(redirect)) return [];
  const { rewritePath, timeoutMs, retries, fault, mirror, rateLimit, headerEdits } = traffic;
  const ofTheService = Object.entries({ rewritePath, timeoutMs, retries, fault, mirror, rateLimit });
  const problems = ofTheService
    .filter(([, rule]) => rule !== null)
    .map(([field]): Problem => ({ path: [...at, field], message: "redirect.no-service" }));
  headerEdits.forEach(({ side }, i) => {
    if (side === "request") problems.push({ path: [...at, "headerEdits", i, "side"], message: "redirect.no-service" });
  });
  const comesBack = (host ?? route.host) === route.host && (path === null || isOn(route, path));
  return comesBack ? [...problems, { path: [...at, "redirect", "path"], message: "redirect.comes-back" }] : problems;
}

function isOn({ path, pathType }: Route, asked: string): boolean {
  return pathType === "exact" ? asked === path : `${asked}/`.startsWith(`${path.replace(/\/+$/, "")}/`);
}
