import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { connect, type Socket } from "node:net";
import { type Store } from "../store/store.ts";
import { type Backend, backendsOf, inTurn } from "./backends.ts";
import { findRoute } from "./routes.ts";

export type Edge = { port: number; stop(): Promise<void> };

/** Where outside traffic comes in: `http://<host of an Ingress>:<port>/` leads to that Service's ready pods, WebSockets too. */
export async function startEdge(store: Store, port: number): Promise<Edge> {
  const rotate = inTurn();
  const choose = (incoming: IncomingMessage): Backend[] | Refusal => {
    const host = (incoming.headers.host ?? "").replace(/:\d+$/, "").toLowerCase();
    const path = new URL(incoming.url ?? "/", "http://edge").pathname;
    const route = findRoute(store, host, path);
    const service = route?.backend.service;
    if (route === undefined || service === undefined) return { code: 404, message: `no route for ${host}${path}` };
    const backends = backendsOf(store, route.namespace, service.name, service.port);
    if (backends === undefined)
      return { code: 503, message: `service ${route.namespace}/${service.name} has no such port, or is not there` };
    return backends.length === 0
      ? { code: 503, message: `service ${route.namespace}/${service.name} has no ready endpoint` }
      : rotate(backends);
  };

  const server = createServer({ keepAliveTimeout: 60_000, requestTimeout: 0 }, (incoming, response) => {
    const chosen = choose(incoming);
    if (Array.isArray(chosen)) forward(incoming, response, chosen);
    else refuse(response, chosen);
  });
  const tunnels = new Set<Socket>();
  server.on("upgrade", (incoming: IncomingMessage, socket: Socket, head: Buffer) => {
    const chosen = choose(incoming);
    const [backend] = Array.isArray(chosen) ? chosen : [];
    if (backend === undefined) socket.end("HTTP/1.1 503 Service Unavailable\r\n\r\n");
    else tunnels.add(tunnel(incoming, socket, head, backend).on("close", () => tunnels.delete(socket)));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve());
  });
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
        for (const socket of tunnels) socket.destroy();
      }),
  };
}

type Refusal = { code: number; message: string };

function refuse(response: ServerResponse, { code, message }: Refusal): void {
  response.writeHead(code, { "content-type": "application/json" });
  response.end(`${JSON.stringify({ code, message })}\n`);
}

const CONNECT_FAILED = ["ECONNREFUSED", "EADDRNOTAVAIL", "EHOSTUNREACH"];

/** Sends a request to the first backend; one that refuses the connection has seen nothing of it, so the next is tried. */
function forward(incoming: IncomingMessage, response: ServerResponse, [backend, ...others]: Backend[]): void {
  if (backend === undefined) return refuse(response, { code: 502, message: "no endpoint accepted the connection" });
  const headers = {
    ...incoming.headers,
    "x-forwarded-for": incoming.socket.remoteAddress ?? "",
    "x-forwarded-host": incoming.headers.host ?? "",
    "x-forwarded-proto": "http",
  };
  const upstream = request(
    { ...backend, method: incoming.method, path: incoming.url, headers, agent: false },
    (answer) => {
      const { connection: _connection, "keep-alive": _keepAlive, ...passed } = answer.headers;
      response.writeHead(answer.statusCode ?? 502, answer.statusMessage, passed);
      response.flushHeaders();
      answer.pipe(response);
      answer.on("error", () => response.destroy());
    },
  );
  upstream.on("error", (error: NodeJS.ErrnoException) => {
    if (response.headersSent) response.destroy();
    else if (CONNECT_FAILED.includes(error.code ?? "")) forward(incoming, response, others);
    else refuse(response, { code: 502, message: `upstream error: ${error.message}` });
  });
  response.on("close", () => upstream.destroy());
  // The body flows only once there is someone to take it, so nothing is lost when the next backend has to be tried.
  upstream.on("socket", (socket) => socket.once("connect", () => incoming.pipe(upstream)));
}

function tunnel(incoming: IncomingMessage, socket: Socket, head: Buffer, backend: Backend): Socket {
  const upstream = connect(backend, () => {
    const lines = incoming.rawHeaders.flatMap((name, index, all) =>
      index % 2 === 0 ? [`${name}: ${all[index + 1] ?? ""}`] : [],
    );
    upstream.write(`${incoming.method ?? "GET"} ${incoming.url ?? "/"} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`);
    upstream.write(head);
    upstream.pipe(socket).pipe(upstream);
  });
  upstream.on("error", () => socket.destroy());
  socket.on("error", () => upstream.destroy()).on("close", () => upstream.destroy());
  return socket;
}
