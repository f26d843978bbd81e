import { createServer as createHttpServer, type IncomingMessage, ServerResponse } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { type Server, type Socket } from "node:net";
import { type Logger } from "pino";
import { type Entrance } from "../../platform/entrance.ts";
import { twoWayDoor } from "../../platform/two-way-door.ts";
import { RESOURCES } from "../kinds/facts.ts";
import { authenticate, authorise, type Users } from "./access.ts";
import { type Certificate } from "./certificate.ts";
import { discover } from "./discovery.ts";
import { OPENAPI_V2, openApiV2 } from "./protobuf/openapi-v2.ts";
import { parseTarget, type Request, type Target } from "./request.ts";
import { type Api, send, serveResource } from "./rest.ts";
import { serveReview } from "./reviews.ts";
import { ApiError, noSuchPath } from "./status.ts";

export type ApiServer = { port: number; stop(): Promise<void> };
/** Takes over the connection of an upgrade request; what it throws before that is answered over HTTP. */
export type Connect = (
  request: Request & { socket: Socket; head: Buffer },
  target: Target & { name: string },
) => Promise<void>;
type Options = {
  api: Api;
  /** Subresources that one talks to over an upgraded connection, by "plural/subresource". */
  connects: ReadonlyMap<string, Connect>;
  users: Users;
  port: number;
  entrance: Entrance;
  certificate: Certificate;
  logger: Logger;
};

const OPEN_PATHS = ["/healthz", "/livez", "/readyz", "/version"];

/**
 * The API server. One port speaks both TLS (kubectl sends its token over nothing else) and plain HTTP (so that `curl`
 * and `fetch` need no certificate): the first byte of a connection tells them apart.
 */
export async function startApiServer(options: Options): Promise<ApiServer> {
  const { api, connects, users, port, entrance, certificate, logger } = options;
  const listener = entrance.requests((incoming, response) => {
    serve(api, users, incoming, response).catch((error: unknown) => answerError(incoming, response, error, logger));
  });
  const plain = createHttpServer({ keepAliveTimeout: 60_000, requestTimeout: 0 }, listener);
  const secure = createHttpsServer({ ...certificate, keepAliveTimeout: 60_000, requestTimeout: 0 }, listener);
  const upgrade = entrance.upgrades((incoming, socket, head) => {
    socket.on("error", () => socket.destroy());
    const response = new ServerResponse(incoming);
    connect(connects, users, { incoming, response, socket, head }).catch((error: unknown) => {
      // Until here the response was nobody's: only a refusal is written as one.
      response.assignSocket(socket);
      response.on("finish", () => socket.end()).shouldKeepAlive = false;
      answerError(incoming, response, error, logger);
    });
  });
  plain.on("upgrade", upgrade);
  secure.on("upgrade", upgrade);
  const { server: door, cut } = twoWayDoor(plain, secure);
  await listen(door, port, entrance.host);
  const address = door.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : port,
    stop: () =>
      new Promise((resolve) => {
        door.close(() => resolve());
        cut();
      }),
  };
}

const listen = (server: Server, port: number, host: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => resolve());
  });

function requestOf(incoming: IncomingMessage, response: ServerResponse): Request {
  const url = new URL(incoming.url ?? "/", "http://sandbox");
  return { method: incoming.method ?? "GET", path: url.pathname, query: url.searchParams, incoming, response };
}

async function serve(api: Api, users: Users, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const request = requestOf(incoming, response);
  const { path } = request;
  const user = OPEN_PATHS.includes(path) ? undefined : authenticate(users, incoming);
  if (user === undefined && path !== "/version") {
    response.writeHead(200, { "content-type": "text/plain" }).end("ok");
    return;
  }
  if (path === "/openapi/v2" && user !== undefined) {
    response.writeHead(200, { "content-type": OPENAPI_V2 }).end(openApiV2());
    return;
  }
  const document = request.method === "GET" ? discover(path, incoming.headers.accept ?? "") : undefined;
  if (document !== undefined) return send(request, 200, document.body, document.type);
  if (user === undefined || !isServed(path)) {
    response.writeHead(404, { "content-type": "text/plain; charset=utf-8" }).end("404 page not found\n");
    return;
  }
  if (await serveReview(request, user)) return;
  const target = parseTarget(path);
  authorise(user, request, target);
  await serveResource(api, request, target);
}

async function connect(
  connects: ReadonlyMap<string, Connect>,
  users: Users,
  { incoming, response, socket, head }: Pick<Parameters<Connect>[0], "incoming" | "response" | "socket" | "head">,
): Promise<void> {
  const request = requestOf(incoming, response);
  const user = authenticate(users, incoming);
  const target = parseTarget(request.path);
  authorise(user, request, target);
  const { kind, name, subresource } = target;
  const handler = connects.get(`${kind.plural}/${subresource ?? ""}`);
  if (handler === undefined || name === undefined) throw noSuchPath();
  await handler({ ...request, socket, head }, { ...target, name });
}

/** Whether a path lies below a group and version that there is. */
function isServed(path: string): boolean {
  const [, root, first = "", second = ""] = path.split("/");
  return root === "api" ? first === "v1" : root === "apis" && RESOURCES.has(`${first}/${second}`);
}

function answerError(incoming: IncomingMessage, response: ServerResponse, error: unknown, logger: Logger): void {
  const known =
    error instanceof ApiError
      ? error
      : new ApiError(
          500,
          "InternalError",
          `Internal error occurred: ${error instanceof Error ? error.message : String(error)}`,
        );
  if (!(error instanceof ApiError))
    logger.error({ err: error, method: incoming.method, url: incoming.url }, "request failed");
  if (response.headersSent) response.destroy();
  else {
    const retry = known.details?.retryAfterSeconds;
    if (retry !== undefined) response.setHeader("retry-after", String(retry));
    response.writeHead(known.code, { "content-type": "application/json" });
    response.end(`${JSON.stringify(known.toStatus())}\n`);
  }
}
