import { createServer, type IncomingMessage, type Server } from "node:http";
import { type Server as NetServer } from "node:net";
import { type Entrance } from "../../platform/entrance.ts";
import { twoWayDoor } from "../../platform/two-way-door.ts";
import { selfSigned } from "../api/certificate.ts";
import { istioGateway, type Stage, traefikGateway } from "./gateways.ts";
import { proxyServer, requestOf } from "./proxy.ts";
import { tlsServer } from "./tls-server.ts";

export type EdgePorts = { edge: number; istio: number; traefik: number };
/** What Traefik shows where it has no certificate for a name. */
const TRAEFIK_DEFAULT = { commonName: "TRAEFIK DEFAULT CERT", dnsNames: ["traefik.default"] };
const YEAR_MS = 365 * 86_400_000;

export type Edge = { ports: EdgePorts; stop(): Promise<void> };

/**
 * Where outside traffic comes in. Istio's ingress gateway and Traefik, the standby, each listen on an address of their
 * own. Before them stands what a name server and its load balancer are elsewhere: a visitor comes to the gateway that
 * has a route for what he asks, by that name before a wildcard (RFC 4592), to Istio's where both have one; with TLS he is shown the
 * certificate of the gateway that knows the name (SNI), and each request of his finds its own gateway all the same.
 * Each address speaks both on one port, so that a redirect to https leads to where it came from.
 */
export async function startEdge(stage: Stage, wanted: EdgePorts, entrance: Entrance): Promise<Edge> {
  const istio = istioGateway(stage);
  const traefik = traefikGateway(stage);
  const [first, standby] = [proxyServer(istio, entrance), proxyServer(traefik, entrance)];
  const front = createServer({ keepAliveTimeout: 60_000, requestTimeout: 0 });
  const gatewayFor = (incoming: IncomingMessage): Server => {
    const request = requestOf(incoming);
    const plan = request && istio.resolve(request, incoming);
    if (!plan) return standby.server;
    const other = plan.isForMany === true ? traefik.resolve(request, incoming) : undefined;
    return other?.isForMany === false ? standby.server : first.server;
  };
  for (const event of ["request", "upgrade"])
    front.on(event, (incoming: IncomingMessage, ...rest: unknown[]) =>
      gatewayFor(incoming).emit(event, incoming, ...rest),
    );
  front.on("clientError", (_error, socket) => socket.destroy());
  const { istio: names, traefik: certificates } = stage.view.credentials;
  const standard = selfSigned({ ...TRAEFIK_DEFAULT, validFrom: new Date(), validTo: new Date(Date.now() + YEAR_MS) });
  const doors = [
    twoWayDoor(
      front,
      tlsServer((name) => names(name) ?? certificates(name), front, standard),
    ),
    twoWayDoor(
      first.server,
      tlsServer((name) => names(name) ?? "missing", first.server),
    ),
    twoWayDoor(standby.server, tlsServer(certificates, standby.server, standard)),
  ] as const;
  const [frontDoor, firstDoor, standbyDoor] = doors;
  const [edge = 0, istioPort = 0, traefikPort = 0] = await Promise.all([
    listen(frontDoor.server, wanted.edge, entrance.host),
    listen(firstDoor.server, wanted.istio, entrance.host),
    listen(standbyDoor.server, wanted.traefik, entrance.host),
  ]);
  return {
    ports: { edge, istio: istioPort, traefik: traefikPort },
    stop: async () => {
      const closed = doors.map(({ server }) => new Promise((resolve) => server.close(resolve)));
      for (const door of doors) door.cut();
      first.cut();
      standby.cut();
      await Promise.all(closed);
    },
  };
}

function listen(server: NetServer, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}
