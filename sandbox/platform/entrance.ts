import { type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { type Socket } from "node:net";
import { breakAnswer } from "./broken-answer.ts";
import { parseAuthorization, secretsEqual } from "./credentials.ts";
import { type Faults, type FaultySystem } from "./faults.ts";

export type UpgradeListener = (request: IncomingMessage, socket: Socket, head: Buffer) => void;

/** What stands before every server of the sandbox, whatever it serves: where it listens, and who and what comes through. */
export interface Entrance {
  /** The address to listen on. */
  host: string;
  requests(listener: RequestListener): RequestListener;
  upgrades(listener: UpgradeListener): UpgradeListener;
}

/** Loopback, nothing in the way. */
export const openEntrance: Entrance = {
  host: "127.0.0.1",
  requests: (listener) => listener,
  upgrades: (listener) => listener,
};

interface EntranceOptions {
  /** "control" is where faults are lifted: it has none. */
  system: FaultySystem | "control";
  host: string;
  faults: Faults;
  /** What a request from another machine must show, in whatever way its client shows credentials. */
  token: string | undefined;
}

/** An entrance at which the faults of `system` happen. */
export function createEntrance({ system, host, faults, token }: EntranceOptions): Entrance {
  const meet = ({ method = "GET", url = "/" }: IncomingMessage) =>
    system === "control" ? undefined : faults.meet(system, method, url);
  const watch = (request: IncomingMessage, breakOff: () => void) =>
    system === "control" ? () => undefined : faults.watch(system, request, breakOff);
  return {
    host,
    requests: (listener) => (request, response) => {
      if (!mayEnter(request, token)) return turnAway(response);
      response.once(
        "close",
        watch(request, () => response.destroy()),
      );
      const fault = meet(request);
      switch (fault?.kind) {
        case undefined:
          return listener(request, response);
        case "latency":
          return void setTimeout(() => {
            if (!response.destroyed) listener(request, response);
          }, fault.ms);
        case "answer":
          request.resume();
          return void response.writeHead(fault.status, fault.headers).end(fault.body);
        case "hang":
          return void request.resume();
        case "drop":
          return void response.destroy();
        case "lose-answer":
        case "cut":
        case "truncate":
          return listener(request, breakAnswer(response, fault));
      }
    },
    upgrades: (listener) => (request, socket, head) => {
      socket.on("error", () => socket.destroy());
      if (!mayEnter(request, token)) return void socket.end("HTTP/1.1 401 Unauthorized\r\n\r\n");
      socket.once(
        "close",
        watch(request, () => socket.destroy()),
      );
      const fault = meet(request);
      switch (fault?.kind) {
        case undefined:
          return listener(request, socket, head);
        case "latency":
          return void setTimeout(() => {
            if (!socket.destroyed) listener(request, socket, head);
          }, fault.ms);
        case "answer":
          return void socket.end(`HTTP/1.1 ${fault.status} Injected\r\ncontent-length: 0\r\n\r\n`);
        case "hang":
          return;
        // A tunnel has no answer that could be shortened.
        case "drop":
        case "lose-answer":
        case "cut":
        case "truncate":
          return void socket.destroy();
      }
    },
  };
}

/** From this machine: always, as far as the system itself lets it. */
function mayEnter(request: IncomingMessage, token: string | undefined): boolean {
  const address = request.socket.remoteAddress ?? "";
  if (/^(::ffff:)?127\.|^::1$/.test(address)) return true;
  return token !== undefined && shownSecrets(request).some((secret) => secretsEqual(secret, token));
}

function shownSecrets({ headers, url = "/" }: IncomingMessage): string[] {
  const authorization = parseAuthorization(headers.authorization);
  const own = authorization?.scheme === "basic" ? authorization.password : authorization?.token;
  const query = new URLSearchParams(url.split("?", 2)[1]).get("private_token");
  return [own, headers["private-token"], query].filter((secret) => typeof secret === "string");
}

function turnAway(response: ServerResponse): void {
  response.writeHead(401, { "www-authenticate": 'Basic realm="Kepler sandbox"', "content-type": "text/plain" });
  response.end("From another machine the sandbox wants its token (KEPLER_SANDBOX_TOKEN) as password.\n");
}
