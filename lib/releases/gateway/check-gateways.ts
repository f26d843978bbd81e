import "server-only";
import { domainsOf } from "#lib/apps/spec/domain-rules";
import { carrierOf, type GatewayClass } from "#lib/apps/spec/gateway-rules";
import { withTls } from "#lib/apps/spec/tls-rules";
import { askGateway } from "#lib/clients/edge/ask-gateway";
import { type Kubernetes } from "#lib/clients/kubernetes/client";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { checkCertificates } from "#lib/clusters/check-certificates";
import { findGateway } from "#lib/clusters/find-gateway";
import { ISTIO_GROUP, TRAEFIK_GROUP } from "#lib/clusters/record-mesh";
import { type Db } from "#lib/platform/db";
import { Denied } from "#lib/platform/errors";
import { exposedApps } from "./exposed.ts";
import { foreignHosts } from "./foreign-rules.ts";
import { GATEWAY_CLASSES, type GatewayCheck, type KeptCheck } from "./schema.ts";

type Deps = {
  db: Db;
  clients: { kubernetes(cluster: { id: string; context: string }): Kubernetes };
  now(): Date;
};
type Look = { kubernetes: Kubernetes; signal: AbortSignal };

/**
 * Looks at both gateways of an environment and keeps what was seen: would each carry the routes that it does not carry
 * now? A cluster that does not answer leaves the last look as it was, with its age.
 */
export async function checkGateways(
  deps: Deps,
  environment: { id: string; cluster: { id: string; context: string } },
  { signal }: { signal: AbortSignal },
): Promise<void> {
  const { db, clients, now } = deps;
  const kubernetes = clients.kubernetes(environment.cluster);
  const exposed = await exposedApps(db, environment.id, null);
  const { namespace, ...place } = await deps.db.environment.findUniqueOrThrow({
    where: { id: environment.id },
    select: { namespace: true, domain: true, tlsSecret: true, domains: true },
  });
  const routes = exposed.flatMap(({ exposure }) => exposure.routes);
  const { tls = [] } = withTls({ gatewayClass: "istio", routes }, domainsOf(place));
  for (const gatewayClass of GATEWAY_CLASSES) {
    const toCome = exposed.filter(({ exposure }) => carrierOf(exposure) !== gatewayClass);
    const hosts = toCome.flatMap(({ exposure }) => exposure.routes.map(({ host }) => host));
    const look = { kubernetes, signal };
    const checks: (GatewayCheck | KeptCheck)[] = [
      ...(await checksOf(gatewayClass, new Set(hosts), look)),
      ...(await certificatesAt({ gatewayClass, namespace }, tls, { ...look, now: now() })),
    ];
    const key = { environmentId: environment.id, gatewayClass };
    const seen = { checks, checkedAt: now() };
    await db.gatewayCheck.upsert({
      where: { environmentId_gatewayClass: key },
      create: { ...key, ...seen },
      update: seen,
    });
  }
}

async function checksOf(gatewayClass: GatewayClass, hosts: ReadonlySet<string>, look: Look): Promise<GatewayCheck[]> {
  const [known, address] = await Promise.all([
    isKnown(gatewayClass, look),
    findGateway(gatewayClass, look.kubernetes, look.signal),
  ]);
  const answer = address && (await askGateway(address, { host: "kepler.invalid", path: "/", secure: false }, look));
  const at = address && `${address.host}:${address.port}`;
  return [
    known,
    // Without an address routes move all the same, only that no request can prove it before the other gateway is left.
    { name: "address", state: address ? "ok" : "warn", detail: address && `${address.service} ${at}` },
    ...(address === null
      ? []
      : [{ name: "answers" as const, state: answer ? ("ok" as const) : ("fail" as const), detail: at }]),
    ...(known.state === "fail" ? [] : [await areFree(gatewayClass, hosts, look)]),
  ];
}

/** For all hosts of the environment that have TLS, whichever gateway carries them now; nothing where none has. */
async function certificatesAt(
  place: { gatewayClass: GatewayClass; namespace: string },
  tls: NonNullable<ReturnType<typeof withTls>["tls"]>,
  look: Look & { now: Date },
): Promise<KeptCheck[]> {
  if (tls.length === 0) return [];
  const problems = await checkCertificates(tls, place, look);
  const detail = problems.map(({ error }) => error.message).join("\n");
  const faults = problems.map(({ error: _, ...fault }) => fault);
  return [{ name: "certificates", state: problems.length > 0 ? "warn" : "ok", detail: detail || null, faults }];
}

async function isKnown(gatewayClass: GatewayClass, { kubernetes, signal }: Look): Promise<GatewayCheck> {
  if (gatewayClass === "istio") {
    const known = (await kubernetes.apiGroups({ signal })).includes(ISTIO_GROUP);
    return { name: "class", state: known ? "ok" : "fail", detail: ISTIO_GROUP };
  }
  const detail = "IngressClass traefik";
  return mayLook({ name: "class", detail }, async () => {
    const found = await kubernetes.get({ ...KINDS.ingressClass, name: "traefik" }, { signal });
    if (!found) return { name: "class", state: "fail", detail };
    // Services whose routes have rules cannot be moved to it then (cluster-gaps.ts).
    const carriesRules = (await kubernetes.apiGroups({ signal })).includes(TRAEFIK_GROUP);
    return {
      name: "class",
      state: carriesRules ? "ok" : "warn",
      detail: carriesRules ? detail : `${detail}, no ${TRAEFIK_GROUP}`,
    };
  });
}

const areFree = (gatewayClass: GatewayClass, hosts: ReadonlySet<string>, { kubernetes, signal }: Look) =>
  mayLook({ name: "hosts", detail: null }, async () => {
    const kind = gatewayClass === "ingress" ? KINDS.ingress : KINDS.virtualService;
    const { items } = await kubernetes.list(kind, null, { signal });
    const taken = [...foreignHosts(gatewayClass, items)].filter(([host]) => hosts.has(host));
    const detail = taken.map(([host, name]) => `${host} (${name})`).join(", ");
    return { name: "hosts", state: taken.length > 0 ? "warn" : "ok", detail: detail || null };
  });

/** What Kepler's account may not look at is no obstacle, but nothing is known of it either. */
async function mayLook(
  { name, detail }: Pick<GatewayCheck, "name" | "detail">,
  look: () => Promise<GatewayCheck>,
): Promise<GatewayCheck> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof Denied) return { name, state: "warn", detail };
    throw error;
  }
}

/** Every environment's, one after another; a cluster that is silent is left out. Answers how many were looked at. */
export async function checkAllGateways(deps: Deps, { signal }: { signal: AbortSignal }): Promise<number> {
  const environments = await deps.db.environment.findMany({
    select: { id: true, cluster: { select: { id: true, context: true } } },
  });
  const looked = await Promise.allSettled(environments.map((each) => checkGateways(deps, each, { signal })));
  return looked.filter(({ status }) => status === "fulfilled").length;
}
