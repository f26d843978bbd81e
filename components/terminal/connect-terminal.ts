import {
  type OpenTerminalInput,
  openTerminalResult,
  TERMINAL_PROTOCOL,
  type TerminalServerMessage,
  type TerminalTicket,
  TICKET_PROTOCOL,
  terminalServerMessage,
  terminalTicket,
} from "#lib/terminal/schema";
import { ApiError, sendJson } from "../shell/api.ts";

export type Wish = Omit<OpenTerminalInput, "app">;
type On = {
  /** Somebody else has to agree first; `agreed()` goes on from there. */
  waiting(id: string): void;
  output(bytes: Uint8Array): void;
  ready(message: Extract<TerminalServerMessage, { type: "ready" }>): void;
  /** The gateway's word, or null when the connection broke without one. */
  ended(message: Extract<TerminalServerMessage, { type: "ended" }> | null): void;
  failed(error: unknown): void;
};
export type Connection = {
  /** Somebody has agreed to this one: collects its ticket and opens it. */
  agreed(id: string): void;
  type(text: string | Uint8Array): void;
  resize(size: { columns: number; rows: number }): void;
  close(): void;
};

/** A paste goes in pieces, so that a key can go in between and the server can say stop. */
const PIECE_BYTES = 32 * 1024;

/** Asks for a ticket, then opens the terminal's WebSocket with it. Everything is told through `on`, until `close()`. */
export function connectTerminal(app: string, wish: Wish, on: On): Connection {
  const closing = new AbortController();
  const encoder = new TextEncoder();
  let socket: WebSocket | undefined;
  let ended = false;

  const path = `/api/apps/${app}/terminal`;
  const ask = async () => {
    const answer = await sendJson("POST", path, wish, openTerminalResult, closing.signal);
    if (closing.signal.aborted) return;
    if (answer.state === "waiting") on.waiting(answer.id);
    else open(answer);
  };
  const collect = async (id: string) => {
    const ticket = await sendJson("POST", `${path}/${id}/ticket`, {}, terminalTicket, closing.signal);
    if (!closing.signal.aborted) open(ticket);
  };
  const open = ({ path: place, ticket }: TerminalTicket) => {
    const url = new URL(place, window.location.href);
    url.protocol = url.protocol.replace("http", "ws");
    socket = new WebSocket(url, [TERMINAL_PROTOCOL, `${TICKET_PROTOCOL}${ticket}`]);
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
      if (typeof data !== "string") return on.output(new Uint8Array(data));
      const message = terminalServerMessage.parse(JSON.parse(data));
      if (message.type === "ready") on.ready(message);
      else finish(message);
    };
    socket.onclose = () => finish(null);
  };
  const finish = (message: Parameters<On["ended"]>[0]) => {
    if (ended || closing.signal.aborted) return;
    ended = true;
    on.ended(message);
  };
  const orFail = (work: Promise<void>) =>
    void work.catch((error: unknown) => {
      if (!closing.signal.aborted) on.failed(error instanceof Error ? error : new ApiError("network", String(error)));
    });
  orFail(ask());

  const send = (data: string | Uint8Array<ArrayBuffer>) => {
    if (socket?.readyState === WebSocket.OPEN) socket.send(data);
  };
  return {
    agreed: (id) => orFail(collect(id)),
    type: (text) => {
      const bytes = typeof text === "string" ? encoder.encode(text) : new Uint8Array(text);
      for (let at = 0; at < bytes.length; at += PIECE_BYTES) send(bytes.slice(at, at + PIECE_BYTES));
    },
    resize: ({ columns, rows }) => send(JSON.stringify({ type: "resize", columns, rows })),
    close: () => {
      closing.abort();
      socket?.close();
    },
  };
}
