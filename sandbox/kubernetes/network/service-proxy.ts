import { type IncomingMessage } from "node:http";
import { connect, createServer, type Server, type Socket } from "node:net";
import { platform } from "node:os";
import { services } from "../kinds/index.ts";
import { type Pod, type Service, type ServicePort } from "../objects.ts";
import { type Store } from "../store/store.ts";
import { type Backend } from "./backends.ts";
import { type Called, inboundSidecar, outboundSidecar, type Stage } from "./gateways.ts";
import { fullName } from "./hosts.ts";
import { keepListening } from "./listeners.ts";
import { proxyServer } from "./proxy.ts";
import { knownSource } from "./telemetry.ts";
import { sendsOut, takesIn } from "./workloads.ts";

/**
 * Listens on every Service's cluster address and passes connections on to its ready pods (kube-proxy's part). Where a
 * pod at either end is in the mesh and the port speaks HTTP, a sidecar's rules and counters apply on the way.
 * Linux only: elsewhere such addresses do not exist.
 */
export function startServiceProxy(store: Store, stage: Stage): { stop(): void } {
  const { view, logger } = stage;
  const sockets = new Set<Socket>();
  const called = new WeakMap<Socket, Called>();
  const calledOf = ({ socket }: IncomingMessage): Called | undefined => called.get(socket);
  const outbound = proxyServer(outboundSidecar(stage, calledOf)).server;
  const inbound = proxyServer(inboundSidecar(stage, calledOf)).server;
  let turn = 0;

  const accept = (client: Socket, service: Service, port: ServicePort): void => {
    sockets.add(client.on("close", () => sockets.delete(client)).on("error", () => client.destroy()));
    const backends = view.backends.ready(service, port);
    turn += 1;
    const backend = backends[turn % backends.length];
    const sidecar = sidecarFor(client, service, port, backends);
    const sender = senderOf(client, service, port);
    if (sidecar !== undefined) {
      const { namespace = "", name } = service.metadata;
      called.set(client, { namespace, service: name, port: port.port });
      sidecar.emit("connection", client);
    } else if (backend === undefined || (sender && isBeyond(sender, service))) client.destroy();
    else if (isShut(sender, backend)) client.resetAndDestroy();
    else tunnel(client, backend);
  };
  /** The calling pod, where its sidecar carries the call: else nobody is told who it is. */
  const senderOf = (client: Socket, { spec }: Service, { port }: ServicePort): Pod | undefined => {
    const pod = view.backends.podAt(client.remoteAddress ?? "");
    return pod && sendsOut(pod, { address: spec.clusterIP ?? "", port }) ? pod : undefined;
  };
  /** Does the caller's sidecar not know the Service, and let nothing pass that it does not know? */
  const isBeyond = (sender: Pod, { metadata: { namespace = "", name } }: Service): boolean => {
    const { knows, passesUnknown } = view.scope(sender);
    return !passesUnknown && !knows(namespace, fullName(namespace, name));
  };
  const isShut = (sender: Pod | undefined, { pod, port }: Backend): boolean =>
    pod !== undefined && view.door(pod, { source: knownSource(sender), port }) !== "open";
  const sidecarFor = (client: Socket, service: Service, port: ServicePort, backends: Backend[]): Server | undefined => {
    if (!speaksHttp(port)) return undefined;
    if (senderOf(client, service, port)) return outbound;
    return backends.some((each) => each.pod && takesIn(each.pod, each.port)) ? inbound : undefined;
  };
  const open = (service: Service, port: ServicePort, address: string): Server => {
    const { namespace = "", name } = service.metadata;
    const server = createServer((client) => {
      // The Service may have changed since; its port is what this address stands for.
      const current = view.backends.service(namespace, name);
      if (current === undefined) client.destroy();
      else accept(client, current, port);
    });
    server.on("error", (error) =>
      logger.warn({ error, service: `${namespace}/${name}` }, "cluster address not available"),
    );
    return server.listen(port.port, address);
  };

  const listeners = keepListening(() => {
    const wanted = new Map<string, () => Server>();
    for (const service of store.list(services)) {
      const { clusterIP, ports = [] } = service.spec;
      if (clusterIP === undefined || !clusterIP.startsWith("127.")) continue;
      for (const port of ports)
        if (port.protocol === "TCP")
          wanted.set(`${service.metadata.uid} ${clusterIP}:${port.port}/${port.name ?? ""}/${port.appProtocol}`, () =>
            open(service, port, clusterIP),
          );
    }
    return wanted;
  });

  if (platform() !== "linux") return { stop: () => undefined };
  listeners.sync();
  const unsubscribe = store.subscribe(({ kind }) => {
    if (kind.plural === "services") listeners.sync();
  });
  return {
    stop: () => {
      unsubscribe();
      listeners.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Istio's protocol selection: `appProtocol`, or what the port's name begins with. */
const speaksHttp = ({ appProtocol, name = "" }: ServicePort): boolean =>
  appProtocol === undefined ? /^http(-|$)/.test(name) : appProtocol === "http";

function tunnel(client: Socket, backend: Backend): void {
  const pod = connect({ host: backend.host, port: backend.port });
  client.on("error", () => pod.destroy()).pipe(pod);
  pod.on("error", () => client.destroy()).pipe(client);
}
