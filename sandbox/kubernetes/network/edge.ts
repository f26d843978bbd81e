import { createServer, type IncomingMessage, type Server } from "node:http";
import { type Entrance } from "../../platform/entrance.ts";
import { istioGateway, type Stage, traefikGateway } from "./gateways.ts";
import { proxyServer, requestOf } from "./proxy.ts";

export type EdgePorts = { edge: number; istio: number; traefik: number };
export type Edge = { ports: EdgePorts; stop(): Promise<void> };

/**
 * Where outside traffic comes in. Istio's ingress gateway and Traefik, the standby, each listen on an address of their
 * own. Before them stands what a name server and its load balancer are elsewhere: a visitor comes to the gateway that
 * has a route for what he asks, to Istio's where both have one.
 */
export async function startEdge(stage: Stage, wanted: EdgePorts, entrance: Entrance): Promise<Edge> {
  const istio = istioGateway(stage);
  const [first, standby] = [proxyServer(istio, entrance), proxyServer(traefikGateway(stage), entrance)];
  const front = createServer({ keepAliveTimeout: 60_000, requestTimeout: 0 });
  const gatewayFor = (incoming: IncomingMessage): Server => {
    const request = requestOf(incoming);
    return request && istio.resolve(request, incoming) !== undefined ? first.server : standby.server;
  };
  for (const event of ["request", "upgrade"])
    front.on(event, (incoming: IncomingMessage, ...rest: unknown[]) =>
      gatewayFor(incoming).emit(event, incoming, ...rest),
    );
  front.on("clientError", (_error, socket) => socket.destroy());
  const servers = [front, first.server, standby.server];
  const [edge = 0, istioPort = 0, traefik = 0] = await Promise.all([
    listen(front, wanted.edge, entrance.host),
    listen(first.server, wanted.istio, entrance.host),
    listen(standby.server, wanted.traefik, entrance.host),
  ]);
  return {
    ports: { edge, istio: istioPort, traefik },
    stop: async () => {
      const closed = servers.map((server) => new Promise((resolve) => server.close(resolve)));
      front.closeAllConnections();
      first.cut();
      standby.cut();
      await Promise.all(closed);
    },
  };
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}
