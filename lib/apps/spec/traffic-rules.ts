import { knowsRules } from "./gateway-rules.ts";
import { type Path, type Problem } from "./problem.ts";
import { type StoredSettings } from "./stored-schema.ts";
import { type RouteTraffic } from "./traffic-schema.ts";

/**
 * What is wrong with routes as a whole. What a gateway cannot do is refused, not dropped; and a route that another one
 * hides, since that is asked first and takes all of its requests, is a mistake.
 */
export function trafficProblems({ exposure }: Pick<StoredSettings, "exposure">): Problem[] {
  if (exposure === null) return [];
  const asks = new Set<string>();
  return exposure.routes.flatMap(({ host, path, pathType, traffic }, i): Problem[] => {
    const at: Path = ["exposure", "routes", i];
    const problems = traffic ? rulesProblems(traffic, [...at, "traffic"]) : [];
    if (traffic !== undefined && !knowsRules(exposure.gatewayClass))
      problems.push({ path: [...at, "traffic"], message: "traffic.istio-only" });
    const asked = JSON.stringify([host, path, pathType, traffic?.methods ?? [], traffic?.headers ?? []]);
    if (asks.has(asked)) problems.push({ path: [...at, "path"], message: "duplicate" });
    asks.add(asked);
    return problems;
  });
}

function rulesProblems({ headers, fault, cors, retries, timeoutMs }: RouteTraffic, at: Path): Problem[] {
  const problems: Problem[] = [];
  const names = headers.map(({ name }) => name);
  // A VirtualService has one condition for each header: of two only one would count.
  names.forEach((name, i) => {
    if (names.indexOf(name) < i) problems.push({ path: [...at, "headers", i, "name"], message: "duplicate" });
  });
  if (fault && fault.delay === null && fault.abort === null)
    problems.push({ path: [...at, "fault"], message: "traffic.empty-fault" });
  if (cors?.credentials && cors.origins.includes("*"))
    problems.push({ path: [...at, "cors", "origins"], message: "cors.any-with-credentials" });
  if (retries?.perTryTimeoutMs != null && timeoutMs !== null && retries.perTryTimeoutMs > timeoutMs)
    problems.push({ path: [...at, "retries", "perTryTimeoutMs"], message: "traffic.try-over-timeout" });
  return problems;
}
