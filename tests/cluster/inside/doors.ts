import { once } from "node:events";
import { rm } from "node:fs/promises";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

type End = { path: string } | { host: string; port: number };

/**
 * Passes every connection that arrives at one end on to the other. Two of them in a row, with a socket file between them,
 * lead through the wall of a network namespace: files are seen on both sides of it. Answers the port, 0 for a file.
 */
export async function openDoor(from: End, to: End): Promise<{ port: number; close(): void }> {
  if ("path" in from) await rm(from.path, { force: true });
  const open = new Set<Socket>();
  const server: Server = createServer((caller) => {
    const callee = "path" in to ? connect(to.path) : connect(to.port, to.host);
    for (const [one, other] of [
      [caller, callee],
      [callee, caller],
    ] as const) {
      open.add(one);
      one.pipe(other);
      one.on("error", () => other.destroy());
      one.on("close", () => {
        open.delete(one);
        other.destroy();
      });
    }
  });
  server.listen("path" in from ? from.path : { host: from.host, port: from.port });
  await once(server, "listening");
  const address = server.address();
  return {
    port: isInternet(address) ? address.port : 0,
    close: () => {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}

const isInternet = (address: AddressInfo | string | null): address is AddressInfo =>
  typeof address === "object" && address !== null;
