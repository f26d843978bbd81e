import { isEqual } from "../merge-rules.ts";
import { type Domain, domainOf } from "./domain-rules.ts";
import { type ExternalHost, type SpecEgress } from "./egress-schema.ts";
import { isWildcard } from "./names-schema.ts";
import { type Path, type Problem } from "./problem.ts";
import { type StoredSettings } from "./stored-schema.ts";

/** Does anything happen to its calls on the way that Istio would not do by itself? */
export const isTreated = ({ timeoutMs, retries }: ExternalHost): boolean => timeoutMs !== null || retries !== null;

/** What is said of calls to the outside has to take effect, and Istio has to be able to do it. */
export function egressProblems({ egress, meshMode, sidecar }: StoredSettings): Problem[] {
  if (egress === null) return [];
  if (meshMode !== "mesh") return [{ path: ["egress"], message: "egress.not-in-mesh" }];
  if (egress.reach === "anything" && egress.hosts.length === 0) return [{ path: ["egress"], message: "egress.empty" }];
  const names = egress.hosts.map(({ name }) => name);
  const bypassed = new Set(sidecar?.excludeOutboundPorts);
  return egress.hosts.flatMap((host, i) => {
    const at: Path = ["egress", "hosts", i];
    return [
      ...(names.indexOf(host.name) < i ? [{ path: [...at, "name"], message: "duplicate" }] : []),
      ...(isClusterOwn(host.name) ? [{ path: [...at, "name"], message: "egress.cluster-own" }] : []),
      ...portProblems(egress.hosts.slice(0, i), host, bypassed, at),
      ...twice(host.addresses, [...at, "addresses"]),
      ...(isWildcard(host.name) ? wildcardProblems(host, at) : treatmentProblems(host, at)),
    ];
  });
}

/** Names that mean Services, whichever cluster answers them (kubernetes.io/docs/concepts/services-networking/dns-pod-service). */
const isClusterOwn = (name: string): boolean => /(^|\.)(cluster\.local|svc)$/.test(name);

function portProblems(
  earlier: readonly ExternalHost[],
  host: ExternalHost,
  bypassed: Set<number>,
  at: Path,
): Problem[] {
  return host.ports.flatMap(({ port, protocol, originateTls }, j) => {
    const place: Path = [...at, "ports", j];
    const is = (wrong: boolean, field: string, message: string): Problem[] =>
      wrong ? [{ path: [...place, field], message }] : [];
    return [
      ...is(host.ports.findIndex((each) => each.port === port) < j, "port", "duplicate"),
      ...is(bypassed.has(port), "port", "egress.bypassed"),
      ...is(protocol === "tcp" && host.addresses.length === 0, "protocol", "egress.tcp-by-name"),
      ...is(originateTls && protocol !== "http", "originateTls", "egress.http-only"),
      ...is(
        earlier.some((other) => other.name !== host.name && isMixedUp(other, host, port)),
        "port",
        protocol === "tcp" ? "egress.same-address" : "egress.other-protocol",
      ),
    ];
  });
}

/**
 * Could a proxy not tell connections to this port of the two apart? Where TCP is spoken it looks at the address; else at what
 * is said in the connection, of which one port has one kind.
 */
function isMixedUp(a: ExternalHost, b: ExternalHost, port: number): boolean {
  const [mine, theirs] = [a, b].map(({ ports }) => ports.find((each) => each.port === port)?.protocol);
  if (mine === undefined || theirs === undefined) return false;
  if (mine === "tcp" || theirs === "tcp") return a.addresses.some((address) => b.addresses.includes(address));
  return mine !== theirs;
}

/** Of a name for many hosts nobody knows where they are: a call goes where the caller had it going. */
function wildcardProblems(host: ExternalHost, at: Path): Problem[] {
  const is = (wrong: boolean, path: Path): Problem[] =>
    wrong ? [{ path: [...at, ...path], message: "egress.not-for-many" }] : [];
  return [
    ...is(host.addresses.length > 0, ["addresses"]),
    ...is(host.timeoutMs !== null, ["timeoutMs"]),
    ...is(host.retries !== null, ["retries"]),
    ...host.ports.flatMap(({ targetPort, originateTls }, j) => [
      ...is(targetPort !== null, ["ports", j, "targetPort"]),
      ...is(originateTls, ["ports", j, "originateTls"]),
    ]),
  ];
}

function treatmentProblems(host: ExternalHost, at: Path): Problem[] {
  const { timeoutMs, retries } = host;
  if (!host.ports.some(({ protocol }) => protocol === "http"))
    return (["timeoutMs", "retries"] as const).flatMap((field) =>
      host[field] === null ? [] : [{ path: [...at, field], message: "egress.http-only" }],
    );
  const isLonger = retries?.perTryTimeoutMs != null && timeoutMs !== null && retries.perTryTimeoutMs > timeoutMs;
  return isLonger ? [{ path: [...at, "retries", "perTryTimeoutMs"], message: "traffic.try-over-timeout" }] : [];
}

const twice = (values: readonly string[], at: Path): Problem[] =>
  values.flatMap((value, i) => (values.indexOf(value) < i ? [{ path: [...at, i], message: "duplicate" }] : []));

/** Is this host one that it may call, by name or by a name for many? */
export const isDeclared = (host: string, { hosts }: SpecEgress): boolean =>
  hosts.some(({ name }) => name === host || (isWildcard(name) && host.endsWith(name.slice(1))));

/** Hosts outside among these that the service may not call; what has no dot, or is a Service, is the cluster's. */
export const beyondReach = (egress: SpecEgress | null, hosts: readonly string[]): string[] =>
  egress?.reach === "declared"
    ? hosts.filter((host) => host.includes(".") && !isClusterOwn(host) && !isDeclared(host, egress))
    : [];

/** Where a service stands: what is called there by the environment's own names is not outside. */
export type EgressPlace = { domains: readonly Domain[]; namespaces: readonly string[] };

/**
 * Hosts that are the environment's own routes or the cluster's services in short (shop.kepler-dev). What the service has there
 * already is not asked about (docs/decisions/0034).
 */
export function ownHosts(
  before: SpecEgress | null,
  after: SpecEgress | null,
  { domains, namespaces }: EgressPlace,
): Problem[] {
  const had = new Set(before?.hosts.map(({ name }) => name));
  return (after?.hosts ?? []).flatMap(({ name }, i) => {
    if (had.has(name)) return [];
    const path: Path = ["egress", "hosts", i, "name"];
    if (domainOf(name.replace(/^\*\./, ""), domains)) return [{ path, message: "egress.own-domain" }];
    const [, namespace, more] = name.split(".");
    const isService = more === undefined && namespace !== undefined && namespaces.includes(namespace);
    return isService ? [{ path, message: "egress.cluster-own" }] : [];
  });
}

/**
 * Hosts that another service of the environment declares in another way: an entry is seen by all services beside it, and of
 * two that differ Istio keeps to the older one. The same twice is harmless.
 */
export const contradicted = (egress: SpecEgress | null, others: readonly { app: string; egress: SpecEgress }[]) =>
  (egress?.hosts ?? []).flatMap((host, i) => {
    const found = others.find((other) =>
      other.egress.hosts.some((theirs) =>
        theirs.name === host.name
          ? !isEqual(theirs, host)
          : host.ports.some(({ port }) => isMixedUp(theirs, host, port)),
      ),
    );
    return found ? [{ app: found.app, host: host.name, path: ["egress", "hosts", i, "name"] as Path }] : [];
  });
