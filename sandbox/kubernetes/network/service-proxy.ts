import { connect, createServer, type Server, type Socket } from "node:net";
import { platform } from "node:os";
import { type Logger } from "pino";
import { services } from "../kinds/index.ts";
import { type Service } from "../objects.ts";
import { type Store } from "../store/store.ts";
import { inTurn, readyBackends } from "./backends.ts";

/** Listens on every Service's cluster address and passes connections on to its ready pods (kube-proxy's part). Linux only: elsewhere such addresses do not exist. */
export function startServiceProxy(store: Store, logger: Logger): { stop(): void } {
  const servers = new Map<string, Server>();
  const sockets = new Set<Socket>();
  const rotate = inTurn();

  const open = (service: Service, port: NonNullable<Service["spec"]["ports"]>[number], address: string): Server => {
    const { namespace = "", name } = service.metadata;
    const server = createServer((client) => {
      sockets.add(client.on("close", () => sockets.delete(client)));
      const [backend] = rotate(readyBackends(store, namespace, name, port));
      if (backend === undefined) return client.destroy();
      const pod = connect(backend);
      client.on("error", () => pod.destroy()).pipe(pod);
      pod.on("error", () => client.destroy()).pipe(client);
      return undefined;
    });
    server.on("error", (error) =>
      logger.warn({ error, service: `${namespace}/${name}` }, "cluster address not available"),
    );
    return server.listen(port.port, address);
  };

  const sync = (): void => {
    const wanted = new Map<string, () => Server>();
    for (const service of store.list(services)) {
      const { clusterIP, ports = [] } = service.spec;
      if (clusterIP === undefined || !clusterIP.startsWith("127.")) continue;
      for (const port of ports)
        if (port.protocol === "TCP")
          wanted.set(`${service.metadata.uid} ${clusterIP}:${port.port}/${port.name ?? ""}`, () =>
            open(service, port, clusterIP),
          );
    }
    for (const [key, server] of servers)
      if (!wanted.has(key)) {
        server.close();
        servers.delete(key);
      }
    for (const [key, start] of wanted) if (!servers.has(key)) servers.set(key, start());
  };

  if (platform() !== "linux") return { stop: () => undefined };
  sync();
  const unsubscribe = store.subscribe(({ kind }) => {
    if (kind.plural === "services") sync();
  });
  return {
    stop: () => {
      unsubscribe();
      for (const server of servers.values()) server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
