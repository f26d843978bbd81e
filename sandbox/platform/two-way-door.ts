import { type Server as HttpServer } from "node:http";
import { createServer, type Server, type Socket } from "node:net";

const TLS_HANDSHAKE = 0x16;

/** What takes connections over: a server of HTTP, of TLS, or of both. */
type Taker = Pick<HttpServer, "emit">;

/**
 * One port that speaks TLS and plain HTTP: the first byte of a connection tells them apart. It does not listen yet; `cut`
 * ends the connections that are open.
 */
export function twoWayDoor(plain: Taker, secure: Taker): { server: Server; cut(): void } {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket)).on("error", () => socket.destroy());
    socket.once("data", (first: Buffer) => {
      socket.pause();
      socket.unshift(first);
      (first[0] === TLS_HANDSHAKE ? secure : plain).emit("connection", socket);
      process.nextTick(() => socket.resume());
    });
  });
  return {
    server,
    cut: () => {
      for (const socket of sockets) socket.destroy();
    },
  };
}
