import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type Logger } from "pino";
import { type Entrance, openEntrance } from "./entrance.ts";
import { type Exchange, type Handler, json, Refusal, type Reply, text } from "./exchange.ts";
import { type Router } from "./router.ts";

export interface ServeOptions {
  router: Router;
  /** 0 picks a free port. */
  port: number;
  logger: Logger;
  /** Where it listens, and what comes through; loopback and everything by default. */
  entrance?: Entrance;
  /** Asked before routing; throws a Refusal for those who may not come in. */
  before?: (exchange: Exchange) => void;
  /** How this system says that it knows no such path. */
  notFound?: Handler;
  /** How this system says that a handler failed; the request is logged whatever it answers. */
  failed?: (error: unknown) => Reply;
}

export interface Listening {
  url: string;
  port: number;
  /** For what is not a request: `server.on("upgrade", …)`. */
  server: Server;
  /** Stops listening and cuts what is still connected, kept-alive sockets included. */
  close(): Promise<void>;
}

/** Serves a router. No error of a handler or of a client reaches the process. */
export async function serve(options: ServeOptions): Promise<Listening> {
  const { entrance = openEntrance } = options;
  const listener = entrance.requests((request, response) => void answer(options, request, response));
  const server = createServer({ requestTimeout: 0, keepAliveTimeout: 65_000 }, listener);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, entrance.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${port}`, port, server, close };
}

async function answer(options: ServeOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const gone = new AbortController();
  response.on("close", () => {
    if (!response.writableFinished) gone.abort();
  });
  response.on("error", () => undefined);
  try {
    const reply = await dispatch(options, request, response, gone.signal);
    if (reply) await send(response, reply);
  } catch (error) {
    if (!gone.signal.aborted)
      options.logger.error({ err: error, method: request.method, path: request.url }, "request failed");
    if (response.headersSent) response.destroy();
    else
      await send(response, options.failed?.(error) ?? json(500, { message: "500 Internal Server Error" })).catch(() =>
        response.destroy(),
      );
  }
}

async function dispatch(
  options: ServeOptions,
  request: IncomingMessage,
  response: ServerResponse,
  signal: AbortSignal,
) {
  const [path = "/", search = ""] = splitOnce(request.url ?? "/", "?");
  const method = request.method ?? "GET";
  let params: Record<string, string> = {};
  const exchange: Exchange = {
    method,
    path,
    query: new URLSearchParams(search),
    headers: request.headers,
    param: (name) => {
      const value = params[name];
      if (value === undefined) throw new Error(`the route of ${path} has no parameter "${name}"`);
      return value;
    },
    body: (limitBytes = 10 * 1024 * 1024) => readBody(request, limitBytes),
    signal,
    request,
    response,
  };
  try {
    options.before?.(exchange);
    const match = options.router.match(method, path);
    if (!match) return (await options.notFound?.(exchange)) ?? text(404, "404 page not found\n");
    params = match.params;
    return await match.handler(exchange);
  } catch (error) {
    if (error instanceof Refusal) return error.reply;
    throw error;
  }
}

async function send(response: ServerResponse, reply: Reply): Promise<void> {
  const { status, headers, body } = reply;
  if (body instanceof Readable) {
    response.writeHead(status, headers);
    await pipeline(body, response);
  } else {
    response.writeHead(
      status,
      body === undefined ? headers : { "content-length": Buffer.byteLength(body), ...headers },
    );
    response.end(body);
  }
}

async function readBody(request: IncomingMessage, limitBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > limitBytes) throw new Refusal(json(413, { message: "413 Request Entity Too Large" }));
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

function splitOnce(value: string, separator: string): string[] {
  const at = value.indexOf(separator);
  return at < 0 ? [value] : [value.slice(0, at), value.slice(at + 1)];
}
