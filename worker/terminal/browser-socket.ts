import { type RawData, type WebSocket } from "ws";
import { type TerminalServerMessage, terminalClientMessage } from "#lib/terminal/schema";

/** What is typed and not yet taken by the cluster may be this much; then the browser is not read until it is less. */
const HIGH_BYTES = 256 * 1024;
const LOW_BYTES = 64 * 1024;
const PING_MS = 20_000;
/** Application's own range (RFC 6455, 7.4.2). */
const ENDED_CODE = 4000;

export type Browser = {
  /** Resolves when the network has taken it. */
  show(bytes: Uint8Array): Promise<void>;
  tell(message: TerminalServerMessage): void;
  /** Hands on keys and sizes; `take` resolves when it has room for more. */
  listen(on: { keys(bytes: Uint8Array): Promise<void>; resize(size: { columns: number; rows: number }): void }): void;
  /** Settles when the person has gone, in order or not. */
  gone: Promise<void>;
  /** Nothing goes in or out any more. `last` is still said if they listen. */
  cut(last: TerminalServerMessage): void;
};

/** The person's end of a terminal. */
export function browserOn(socket: WebSocket): Browser {
  const { promise: gone, resolve: leave } = Promise.withResolvers<void>();
  let alive = true;
  let cut = false;
  // What is typed before the shell runs waits for it.
  socket.pause();
  const ping = setInterval(() => {
    if (!alive) return socket.terminate();
    alive = false;
    socket.ping();
  }, PING_MS);
  socket.on("pong", () => (alive = true));
  socket.on("error", () => undefined);
  socket.on("close", () => {
    clearInterval(ping);
    leave();
  });

  const send = (data: string | Uint8Array): Promise<void> =>
    new Promise((done) => {
      if (cut || socket.readyState !== socket.OPEN) return done();
      socket.send(data, () => done());
    });
  return {
    gone,
    show: send,
    tell: (message) => void send(JSON.stringify(message)),
    listen: ({ keys, resize }) => {
      let waitingBytes = 0;
      socket.on("message", (data, isBinary) => {
        alive = true;
        if (cut) return;
        const bytes = bytesOf(data);
        if (!isBinary) {
          const message = terminalClientMessage.safeParse(jsonOrNull(bytes.toString("utf8")));
          if (message.success) resize(message.data);
          return;
        }
        waitingBytes += bytes.length;
        if (waitingBytes > HIGH_BYTES) socket.pause();
        void keys(bytes).finally(() => {
          waitingBytes -= bytes.length;
          if (waitingBytes < LOW_BYTES && socket.isPaused) socket.resume();
        });
      });
      socket.resume();
    },
    cut: (last) => {
      if (cut) return;
      const message = JSON.stringify(last);
      cut = true;
      if (socket.readyState !== socket.OPEN) return;
      // One that has stopped reading is not waited for.
      const hard = setTimeout(() => socket.terminate(), 1_000);
      socket.once("close", () => clearTimeout(hard));
      socket.resume();
      socket.send(message, () => socket.close(ENDED_CODE, last.type === "ended" ? last.reason : ""));
    },
  };
}

function bytesOf(data: RawData): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return Buffer.isBuffer(data) ? data : Buffer.from(data);
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
