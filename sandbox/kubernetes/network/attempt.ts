import { type ClientRequest, type IncomingMessage, request as plainRequest } from "node:http";
import { request as secureRequest } from "node:https";
import { type Duplex, type Readable } from "node:stream";
import { type Backend } from "./backends.ts";
import { resolveName } from "./external-services.ts";
import { type Headers } from "./headers.ts";

export type Head = { method: string; path: string; headers: Headers };
/** A buffer can be sent again; a stream flows only once there is someone to take it, so a refused connection spends nothing. */
export type Body = Buffer | Readable | undefined;
export type Upgraded = { socket: Duplex; head: Buffer };
export type Attempt =
  | { kind: "answer"; answer: IncomingMessage; upgraded?: Upgraded }
  | { kind: "connect-failure" | "reset" | "timeout" | "gone" };

type Options = {
  timeoutMs?: number;
  /** TLS for this name; the server has to show a certificate of it that this machine trusts. */
  tls?: { servername: string };
  /** The visitor has left. */
  signal: AbortSignal;
  /** Called at the end with what went over the connection. */
  count(bytes: { sent: number; received: number }): void;
};

const CONNECT_FAILED = ["ECONNREFUSED", "EADDRNOTAVAIL", "EHOSTUNREACH", "ENOTFOUND"];

/** Sends a request to one pod, over a connection of its own; resolves with the head of its answer, or with what became of it. */
export function attempt(backend: Backend, { method, path, headers }: Head, body: Body, options: Options) {
  return new Promise<Attempt>((resolve) => {
    const { host, port } = backend;
    let upstream: ClientRequest;
    try {
      const { signal, tls } = options;
      const wanted = { host, port, method, path, headers, agent: false, signal, lookup: resolveName };
      upstream = tls ? secureRequest({ ...wanted, ...tls }) : plainRequest(wanted);
    } catch {
      // A header or path that an object asks for cannot be put on the wire.
      return resolve({ kind: "reset" });
    }
    let why: "timeout" | undefined;
    // A handshake that fails is a connection that was never there.
    let isShaken = options.tls === undefined;
    const timer =
      options.timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            why = "timeout";
            upstream.destroy();
          }, options.timeoutMs);
    const done = (result: Attempt): void => {
      clearTimeout(timer);
      resolve(result);
    };
    upstream.on("error", (error: NodeJS.ErrnoException) => {
      if (options.signal.aborted) done({ kind: "gone" });
      else
        done({ kind: why ?? (isShaken && !CONNECT_FAILED.includes(error.code ?? "") ? "reset" : "connect-failure") });
    });
    upstream.on("response", (answer) => {
      answer.on("error", () => undefined);
      done({ kind: "answer", answer });
    });
    upstream.on("upgrade", (answer, socket, head) => {
      if (headers.upgrade === undefined) socket.destroy();
      else done({ kind: "answer", answer, upgraded: { socket, head } });
    });
    upstream.on("close", () => done({ kind: why ?? "reset" }));
    upstream.on("socket", (socket) => {
      socket.on("close", () => options.count({ sent: socket.bytesWritten, received: socket.bytesRead }));
      socket.once(options.tls ? "secureConnect" : "connect", () => {
        isShaken = true;
        if (isStream(body)) body.pipe(upstream);
      });
    });
    if (!isStream(body)) upstream.end(body);
    return undefined;
  });
}

const isStream = (body: Body): body is Readable => body !== undefined && !Buffer.isBuffer(body);
