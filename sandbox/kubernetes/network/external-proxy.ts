import { type IncomingMessage } from "node:http";
import { connect, createServer, type Server, type Socket } from "node:net";
import { platform } from "node:os";
import { type Pod } from "../objects.ts";
import { type Store } from "../store/store.ts";
import { type ExternalPort } from "./external-objects.ts";
import { type ExternalService, endpointsOf, resolveName, speaksHttp } from "./external-services.ts";
import { type Called, outboundSidecar, type Stage, UNKNOWN } from "./gateways.ts";
import { keepListening } from "./listeners.ts";
import { proxyServer } from "./proxy.ts";
import { knownSource } from "./telemetry.ts";
import { sendsOut } from "./workloads.ts";

type Place = { address: string; port: number };

/**
 * Listens at the addresses of hosts outside (ServiceEntries) and carries what pods in the mesh send there: HTTP by its Host
 * header, anything else by its address. Whoever has no sidecar finds nobody there. Linux only, as cluster addresses are.
 */
export function startExternalProxy(store: Store, stage: Stage): { stop(): void } {
  const { view, logger, telemetry } = stage;
  const { external, backends } = view;
  const sockets = new Set<Socket>();
  const called = new WeakMap<Socket, Place>();

  /** A host that the calling pod's sidecar knows at this port, by its name or by an address of its own. */
  const known = (pod: Pod, port: number, isIt: (service: ExternalService) => boolean) => {
    const { namespace = "" } = pod.metadata;
    const scope = view.scope(pod);
    return external
      .all()
      .filter(
        (each) => isIt(each) && external.named(each.host, namespace) === each && scope.knows(each.namespace, each.host),
      )
      .flatMap((service) => service.spec.ports.flatMap((each) => (each.number === port ? { service, port: each } : [])))
      .at(0);
  };
  const calledOf = (incoming: IncomingMessage): Called | undefined => {
    const place = called.get(incoming.socket);
    const pod = backends.podAt(incoming.socket.remoteAddress ?? "");
    const host = (incoming.headers.host ?? "").replace(/:\d+$/, "").toLowerCase();
    const found = place && pod && known(pod, place.port, (each) => each.host === host || each.addresses.includes(host));
    return found && speaksHttp(found.port)
      ? { namespace: "", service: found.service.host, port: found.port.number }
      : undefined;
  };
  const outbound = proxyServer(outboundSidecar(stage, calledOf)).server;
  let turn = 0;

  const accept = (client: Socket, place: Place): void => {
    sockets.add(client.on("close", () => sockets.delete(client)).on("error", () => client.destroy()));
    const pod = backends.podAt(client.remoteAddress ?? "");
    if (pod === undefined || !sendsOut(pod, place)) return void client.resetAndDestroy();
    if (
      external
        .all()
        .some(({ addresses, spec }) => addresses.includes(place.address) && isHttpAt(spec.ports, place.port))
    ) {
      called.set(client, place);
      return void outbound.emit("connection", client);
    }
    const found = known(pod, place.port, ({ addresses }) => addresses.includes(place.address));
    const endpoints = found ? endpointsOf(found.service, found.port) : [];
    turn += 1;
    const endpoint = endpoints[turn % endpoints.length];
    const unknown = view.scope(pod).passesUnknown ? UNKNOWN.passed : UNKNOWN.shut;
    const { namespace, host } = found?.service ?? { namespace: "unknown", host: undefined };
    const service = { namespace, service: host ?? unknown, host: host ?? "unknown" };
    const end = telemetry.connection({ source: knownSource(pod), service });
    client.on("close", end);
    if (endpoint === undefined) return void client.resetAndDestroy();
    const outside = connect({ ...endpoint, lookup: resolveName });
    client.on("error", () => outside.destroy()).on("close", () => outside.destroy());
    outside.on("error", () => client.destroy());
    client.pipe(outside).pipe(client);
    return undefined;
  };
  const open = (place: Place): Server => {
    const server = createServer((client) => accept(client, place));
    server.on("error", (error) => logger.warn({ error, ...place }, "address of a host outside not available"));
    return server.listen(place.port, place.address);
  };
  const listeners = keepListening(() => {
    const places = external
      .all()
      .flatMap(({ addresses, spec }) =>
        addresses.flatMap((address) => spec.ports.map(({ number }) => ({ address, port: number }))),
      )
      .filter(({ address }) => address.startsWith("127."));
    return new Map(places.map((place) => [`${place.address}:${place.port}`, () => open(place)]));
  });

  if (platform() !== "linux") return { stop: () => undefined };
  listeners.sync();
  const unsubscribe = store.subscribe(({ kind }) => {
    if (kind.plural === "serviceentries") listeners.sync();
  });
  return {
    stop: () => {
      unsubscribe();
      listeners.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

const isHttpAt = (ports: readonly ExternalPort[], port: number): boolean =>
  ports.some((each) => each.number === port && speaksHttp(each));
