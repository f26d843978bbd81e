import { createServer, type IncomingMessage, type Server, ServerResponse } from "node:http";
import { type Socket } from "node:net";
import { pipeline } from "node:stream";
import { type Logger } from "pino";
import { type Entrance, openEntrance } from "../../platform/entrance.ts";
import { type Upgraded } from "./attempt.ts";
import { type Ground, type Outcome } from "./call.ts";
import { corsHeaders, preflightHeaders } from "./cors.ts";
import { dispatch } from "./dispatch.ts";
import { edit, endToEnd, type Headers } from "./headers.ts";
import { type EdgeRequest, type Plan } from "./plan.ts";
import { bodyOf, framing } from "./request-body.ts";
import { type Words } from "./words.ts";

/** A proxy in front of the pods: a gateway or a sidecar. */
export type Proxy = {
  ground: Ground;
  words: Words;
  logger: Logger;
  /** What is to be done with a request; undefined when no route fits it. */
  resolve(request: EdgeRequest, incoming: IncomingMessage): Plan | undefined;
  /** What the pod is told about the visitor. */
  forwarded(incoming: IncomingMessage, request: EdgeRequest): Headers;
  /** A call is over. */
  served(served: Served): void;
};

export type Served = {
  incoming: IncomingMessage;
  request: EdgeRequest;
  plan?: Plan;
  outcome: Outcome;
  status: number;
  ms: number;
};

/** An HTTP server that passes everything to the proxy, WebSockets too. It does not listen yet. */
export function proxyServer(proxy: Proxy, entrance: Entrance = openEntrance): { server: Server; cut(): void } {
  const tunnels = new Set<Socket>();
  const listener = entrance.requests((incoming, response) => void serve(proxy, incoming, response));
  const server = createServer({ keepAliveTimeout: 60_000, requestTimeout: 0 }, listener);
  const upgrade = entrance.upgrades((incoming, socket, head) => {
    tunnels.add(socket.on("close", () => tunnels.delete(socket)).on("error", () => socket.destroy()));
    // Unless a pod agrees to switch protocols, the visitor gets an answer like any other.
    const response = new ServerResponse(incoming);
    response.assignSocket(socket);
    response.shouldKeepAlive = false;
    response.on("finish", () => socket.end());
    void serve(proxy, incoming, response, { socket, head });
  });
  server.on("upgrade", upgrade);
  server.on("clientError", (_error, socket) => socket.destroy());
  return {
    server,
    cut: () => {
      server.closeAllConnections();
      for (const socket of tunnels) socket.destroy();
    },
  };
}

type Tunnel = { socket: Socket; head: Buffer };

async function serve(proxy: Proxy, incoming: IncomingMessage, response: ServerResponse, tunnel?: Tunnel) {
  const { clock } = proxy.ground;
  const startedMs = clock.now();
  const gone = new AbortController();
  response.on("error", () => undefined).on("close", () => gone.abort());
  try {
    const request = requestOf(incoming);
    if (request === undefined) return void response.writeHead(400).end();
    const plan = proxy.resolve(request, incoming);
    const outcome = await outcomeOf(proxy, incoming, request, plan, { signal: gone.signal, tunnel });
    const over = (): void =>
      proxy.served({ incoming, request, plan, outcome, status: statusOf(outcome, proxy), ms: clock.now() - startedMs });
    if (gone.signal.aborted) return over();
    if (outcome.kind === "answer" && outcome.upgraded && tunnel) {
      response.detachSocket(tunnel.socket);
      join(outcome.answer, outcome.upgraded, tunnel);
      tunnel.socket.on("close", over);
    } else {
      response.on("close", over);
      deliver(proxy, response, { request, plan, outcome }, startedMs);
    }
  } catch (error) {
    proxy.logger.warn({ error, url: incoming.url }, "a request could not be passed on");
    response.destroy();
  }
  return undefined;
}

async function outcomeOf(
  { ground, forwarded }: Proxy,
  incoming: IncomingMessage,
  request: EdgeRequest,
  plan: Plan | undefined,
  { signal, tunnel }: { signal: AbortSignal; tunnel?: Tunnel },
): Promise<Outcome> {
  if (plan === undefined) return { kind: "failure", failure: "NR", flags: ["NR"] };
  const preflight = preflightHeaders(plan.cors, request);
  if (preflight) return { kind: "own", status: 200, headers: preflight, flags: [] };
  const body = tunnel === undefined ? await bodyOf(incoming, plan) : undefined;
  const own = endToEnd(incoming);
  const switching: Headers = tunnel ? { connection: "Upgrade", upgrade: incoming.headers.upgrade ?? "" } : {};
  const headers = { ...own, ...framing(body, own), ...switching, ...forwarded(incoming, request) };
  const client = incoming.socket.remoteAddress ?? "";
  return dispatch({ plan, request, client, headers, body, signal }, ground);
}

function statusOf(outcome: Outcome, { words }: Proxy): number {
  switch (outcome.kind) {
    case "own":
      return outcome.status;
    case "failure":
      return words.failures[outcome.failure].status;
    case "answer":
      return outcome.answer.statusCode ?? 502;
    case "gone":
      return 0;
  }
}

type Delivery = { request: EdgeRequest; plan?: Plan; outcome: Outcome };

function deliver(
  proxy: Proxy,
  response: ServerResponse,
  { request, plan, outcome }: Delivery,
  startedMs: number,
): void {
  const { words, ground } = proxy;
  const ms = ground.clock.now() - startedMs;
  const server: Headers = words.server === undefined ? {} : { server: words.server };
  const edits = [...(plan?.responseHeaders ?? []), outcome.target?.responseHeaders];
  const head = (headers: Headers): Headers => ({
    ...edit({ ...headers, ...server }, edits),
    ...corsHeaders(plan?.cors, request),
  });
  if (outcome.kind === "gone") return void response.destroy();
  if (outcome.kind !== "answer") {
    const { status, body = "", headers } = outcome.kind === "own" ? outcome : words.failures[outcome.failure];
    const type: Headers =
      body === "" ? {} : { "content-type": "text/plain", "content-length": String(Buffer.byteLength(body)) };
    response.writeHead(status, head({ ...type, ...headers }));
    return void response.end(body);
  }
  const { answer } = outcome;
  const took: Headers = words.server === undefined ? {} : { "x-envoy-upstream-service-time": String(Math.round(ms)) };
  response.writeHead(answer.statusCode ?? 502, answer.statusMessage, head({ ...endToEnd(answer), ...took }));
  response.flushHeaders();
  // The route's timeout is for the whole answer: one that is still coming then is cut.
  const timer = plan?.timeoutMs === undefined ? undefined : setTimeout(() => answer.destroy(), plan.timeoutMs - ms);
  pipeline(answer, response, () => clearTimeout(timer));
  return undefined;
}

/** Passes the pod's agreement on, and from then on every byte in both directions. */
function join(
  { statusCode, statusMessage, rawHeaders }: IncomingMessage,
  upstream: Upgraded,
  { socket, head }: Tunnel,
): void {
  const lines = rawHeaders.flatMap((name, index, all) => (index % 2 === 0 ? [`${name}: ${all[index + 1] ?? ""}`] : []));
  socket.write(`HTTP/1.1 ${statusCode} ${statusMessage}\r\n${lines.join("\r\n")}\r\n\r\n`);
  socket.write(upstream.head);
  upstream.socket.write(head);
  upstream.socket.on("error", () => socket.destroy()).on("close", () => socket.destroy());
  socket.on("close", () => upstream.socket.destroy());
  upstream.socket.pipe(socket).pipe(upstream.socket);
}

/** A target like "/a/../b" is read as "/b", an absolute one by its path; undefined when it is no target at all. */
export function requestOf(incoming: IncomingMessage): EdgeRequest | undefined {
  const { url: target = "/", method = "GET", headers, socket } = incoming;
  const url = URL.parse(target.startsWith("/") ? `http://edge${target}` : target, "http://edge");
  if (url === null) return undefined;
  const host = (headers.host ?? "").replace(/:\d+$/, "").toLowerCase();
  const flat = Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(",") : value]);
  return {
    method,
    scheme: "encrypted" in socket ? "https" : "http",
    host,
    path: url.pathname,
    search: url.search,
    headers: Object.fromEntries(flat),
  };
}
