import { z } from "zod";
import { isTreated } from "#lib/apps/spec/egress-rules";
import { type ExternalHost } from "#lib/apps/spec/egress-schema";
import { isWildcard } from "#lib/apps/spec/names-schema";
import { contentHash } from "./content-hash.ts";
import { everyPod, given, type Manifest, type ManifestInput, metadata } from "./object.ts";
import { patienceOf } from "./route-traffic.ts";

const API = "networking.istio.io/v1";
/** Seen in this namespace alone. */
const exportTo = ["."];

const hostsOf = ({ spec }: ManifestInput): readonly ExternalHost[] => spec.egress?.hosts ?? [];
/** Named for the host, so that the order of hosts says nothing. */
const objectOf = (input: ManifestInput, kind: string, { name }: ExternalHost, spec: object): Manifest => ({
  apiVersion: API,
  kind,
  metadata: metadata(input, `${input.app.name}-to-${contentHash(name)}`),
  spec,
});

/** Each host outside that the mesh is to know (istio.io/latest/docs/reference/config/networking/service-entry). */
export const serviceEntries = (input: ManifestInput): Manifest[] =>
  hostsOf(input).map((host) => {
    const { name, ports, addresses } = host;
    const byAddress = ports.some(({ protocol }) => protocol === "tcp");
    const spec = given({
      hosts: [name],
      // Nothing in a TCP connection says which host it is for but the address that it goes to.
      addresses: byAddress ? addresses : [],
      ports: ports.map(({ port, protocol, targetPort }) => ({
        ...{ number: port, name: `${protocol}-${port}`, protocol: protocol.toUpperCase() },
        ...(targetPort !== null && { targetPort }),
      })),
      location: "MESH_EXTERNAL",
      resolution: isWildcard(host.name) ? "NONE" : addresses.length > 0 ? "STATIC" : "DNS",
      endpoints: addresses.map((address) => ({ address })),
      exportTo,
    });
    return objectOf(input, "ServiceEntry", host, spec);
  });

/** TLS that the proxy begins, for the host's own name (…/networking/destination-rule/#ClientTLSSettings). */
export const originations = (input: ManifestInput): Manifest[] =>
  hostsOf(input).flatMap((host) => {
    const ports = host.ports.filter(({ originateTls }) => originateTls);
    if (ports.length === 0) return [];
    const portLevelSettings = ports.map(({ port }) => ({
      port: { number: port },
      tls: { mode: "SIMPLE", sni: host.name },
    }));
    return objectOf(input, "DestinationRule", host, {
      host: host.name,
      trafficPolicy: { portLevelSettings },
      exportTo,
    });
  });

/** How long its pods wait for a host, and when they ask again. */
export const externalRoutes = (input: ManifestInput): Manifest[] =>
  hostsOf(input)
    .filter(isTreated)
    .map((host) =>
      objectOf(input, "VirtualService", host, {
        hosts: [host.name],
        gateways: ["mesh"],
        http: host.ports
          .filter(({ protocol }) => protocol === "http")
          .map(({ port }) => ({
            match: [{ port }],
            ...patienceOf(host),
            route: [{ destination: { host: host.name, port: { number: port } } }],
          })),
        exportTo,
      }),
    );

const reachShape = z.object({ spec: z.object({ egress: z.array(z.object({ hosts: z.array(z.string()) })) }) });

/** One that lets calls through to the hosts of both: as it is wanted, and as it stands. */
export function widened(wanted: Manifest, standing: unknown): Manifest {
  const [mine, theirs] = [wanted, standing].map((each) => reachShape.safeParse(each).data?.spec.egress ?? []);
  const hosts = [mine, theirs].flatMap((listeners) => listeners?.flatMap((each) => each.hosts) ?? []);
  return { ...wanted, spec: { ...Object(wanted.spec), egress: [{ hosts: [...new Set(hosts)] }] } };
}

/** The cluster's own services, in every namespace. */
const CLUSTER = "*/*.svc.cluster.local";

/** Where its pods may call, when that is not anything (…/networking/sidecar). */
export const reachOf = (input: ManifestInput): Manifest | null =>
  input.spec.egress?.reach === "declared"
    ? {
        apiVersion: API,
        kind: "Sidecar",
        metadata: metadata(input),
        spec: {
          workloadSelector: { labels: everyPod(input) },
          egress: [{ hosts: [CLUSTER, ...hostsOf(input).map(({ name }) => `./${name}`)] }],
          outboundTrafficPolicy: { mode: "REGISTRY_ONLY" },
        },
      }
    : null;
