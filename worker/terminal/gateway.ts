import { once } from "node:events";
import { createServer, type IncomingMessage, STATUS_CODES } from "node:http";
import { type Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { authenticate } from "#lib/access/authenticate";
import { problemOf, Unauthenticated } from "#lib/access/route/problem";
import { requireOwnOrigin } from "#lib/access/route/read-request";
import { NotFound } from "#lib/platform/errors";
import { TERMINAL_PROTOCOL, TICKET_PROTOCOL } from "#lib/terminal/schema";
import { takeTicket } from "#lib/terminal/take-ticket";
import { browserOn } from "./browser-socket.ts";
import { type RunTerminalDeps, runTerminal } from "./run-terminal.ts";

type Options = RunTerminalDeps & { listen: { host: string; port: number }; publicUrl: string };
export type Gateway = { port: number; close(): Promise<void> };

const PATH = /^\/api\/terminal\/([0-9a-f]{8}-[0-9a-f-]{27})$/;
/** A key is a few bytes and a paste comes in pieces; nobody sends more at once. */
const LONGEST_MESSAGE = 1024 * 1024;

/**
 * Where browsers' terminals arrive, passed on by web (proxy.ts). A connection is accepted when it comes from a page of ours,
 * by a person who is signed in, with a ticket for this very terminal; everything else is answered as HTTP, and not upgraded.
 */
export async function openGateway(options: Options): Promise<Gateway> {
  const { listen, log } = options;
  const stopping = new AbortController();
  const running = new Set<Promise<void>>();
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: LONGEST_MESSAGE,
    perMessageDeflate: false,
    handleProtocols: () => TERMINAL_PROTOCOL,
  });
  const server = createServer((_request, response) => {
    response.writeHead(426, { "content-type": "application/json", upgrade: "websocket" });
    response.end('{"error":{"code":"invalid","message":"A terminal is a WebSocket.","system":"kepler"}}');
  });
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on("error", () => socket.destroy());
    void admit(options, request).then(
      (terminal) =>
        sockets.handleUpgrade(request, socket, head, (client) => {
          const run = runTerminal(options, terminal, browserOn(client), stopping.signal)
            .catch((error: unknown) => log.error({ err: error, terminalId: terminal.id }, "a terminal broke"))
            .finally(() => running.delete(run));
          running.add(run);
        }),
      (error: unknown) => refuse(socket, error),
    );
  });
  server.listen(listen.port, listen.host);
  await once(server, "listening");
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : listen.port,
    close: async () => {
      server.close();
      stopping.abort();
      await Promise.all(running);
      sockets.close();
    },
  };
}

/** Who comes, from where, with which ticket. Throws what `problemOf` can answer. */
async function admit({ db, now, publicUrl }: Options, request: IncomingMessage) {
  const headers = headersOf(request);
  requireOwnOrigin(headers, publicUrl);
  const id = PATH.exec(new URL(request.url ?? "", publicUrl).pathname)?.[1];
  if (id === undefined) throw new NotFound("There is no such terminal.");
  const actor = await authenticate(db, headers, now());
  if (actor === null) throw new Unauthenticated();
  const protocols = (headers.get("sec-websocket-protocol") ?? "").split(",").map((each) => each.trim());
  const ticket = protocols.find((each) => each.startsWith(TICKET_PROTOCOL))?.slice(TICKET_PROTOCOL.length) ?? "";
  return takeTicket(db, actor, { id, ticket }, now());
}

/** As the browser sent them: web has passed the request on and says to which host it came. */
function headersOf({ headers }: IncomingMessage): Headers {
  const given = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value === "string") given.set(name, value);
  }
  const host = given.get("x-forwarded-host");
  if (host !== null) given.set("host", host);
  return given;
}

function refuse(socket: Duplex, thrown: unknown): void {
  const { status, error } = problemOf(thrown);
  const body = JSON.stringify({ error });
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`,
    "content-type: application/json",
    `content-length: ${Buffer.byteLength(body)}`,
    "connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
}
