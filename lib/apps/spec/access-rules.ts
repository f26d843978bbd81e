import { type SpecAccess } from "./access-schema.ts";
import { carrierOf, type GatewayClass } from "./gateway-rules.ts";
import { type Path, type Problem } from "./problem.ts";
import { type StoredSettings } from "./stored-schema.ts";

/** Does it ask who calls? */
export const isLimited = (access: SpecAccess | null): boolean =>
  access !== null && (access.callers !== null || access.mtls === "strict");

/** Would a gateway of this class be refused by it? Traefik has no sidecar, hence no identity. */
export const isShutTo = (carrier: GatewayClass, access: SpecAccess | null): boolean =>
  carrier === "ingress" && isLimited(access);

/** What is limited has to take effect, and must not shut out the service's own routes. */
export function accessProblems({ access, meshMode, exposure }: StoredSettings): Problem[] {
  if (access === null || !isLimited(access)) return [];
  const { callers } = access;
  const carrier = exposure && carrierOf(exposure);
  const parts: string[] = [...(callers ? ["callers"] : []), ...(access.mtls === "strict" ? ["mtls"] : [])];
  const of = (message: string): Problem[] => parts.map((part) => ({ path: ["access", part], message }));
  if (meshMode !== "mesh") return of("access.not-in-mesh");
  if (carrier !== null && isShutTo(carrier, access)) return of("access.ingress");
  if (callers === null) return [];
  const shut = carrier === "istio" && !callers.gateway;
  return [
    ...(shut ? [{ path: ["access", "callers", "gateway"], message: "access.gateway-shut" }] : []),
    ...twice(callers.services, ["access", "callers", "services"]),
    ...twice(callers.namespaces, ["access", "callers", "namespaces"]),
  ];
}

const twice = (names: readonly string[], at: Path): Problem[] =>
  names.flatMap((name, i) => (names.indexOf(name) < i ? [{ path: [...at, i], message: "duplicate" }] : []));
