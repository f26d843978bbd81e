import {
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type ServerResponse,
} from "node:http";
import { type Readable } from "node:stream";

/** What a handler answers. A handler that answers `undefined` has taken `exchange.response` over and ends it itself. */
export interface Reply {
  status: number;
  headers?: OutgoingHttpHeaders;
  body?: string | Buffer | Readable;
}

export type Handler = (exchange: Exchange) => Promise<Reply | undefined> | Reply | undefined;

/** One request with its answer. `path` is as it came over the wire; `param()` is decoded after routing, so %2F stays inside its segment. */
export interface Exchange {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  /** A parameter that the route's pattern names. */
  param(name: string): string;
  /** The whole body; a longer one than `limitBytes` (default 10 MiB) is refused with 413. */
  body(limitBytes?: number): Promise<Buffer>;
  /** Aborted when the client goes away before the answer is complete: stop following logs and watches then. */
  signal: AbortSignal;
  request: IncomingMessage;
  response: ServerResponse;
}

/** Thrown by a handler that cannot go on: its reply is what the client gets. */
export class Refusal extends Error {
  readonly reply: Reply;
  constructor(reply: Reply) {
    super(`refused with ${reply.status}`);
    this.reply = reply;
  }
}

export const json = (status: number, value: unknown, headers: OutgoingHttpHeaders = {}): Reply => ({
  status,
  headers: { "content-type": "application/json", ...headers },
  body: JSON.stringify(value),
});

export const text = (status: number, body: string, headers: OutgoingHttpHeaders = {}): Reply => ({
  status,
  headers: { "content-type": "text/plain; charset=utf-8", ...headers },
  body,
});

export const empty = (status: number, headers: OutgoingHttpHeaders = {}): Reply => ({ status, headers });
