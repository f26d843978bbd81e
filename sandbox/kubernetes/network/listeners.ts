import { type Server } from "node:net";

/** Keeps one server listening for each key that is wanted; `sync` looks again. */
export function keepListening(wanted: () => ReadonlyMap<string, () => Server>): { sync(): void; close(): void } {
  const servers = new Map<string, Server>();
  return {
    sync: () => {
      const now = wanted();
      for (const [key, server] of servers)
        if (!now.has(key)) {
          server.close();
          servers.delete(key);
        }
      for (const [key, start] of now) if (!servers.has(key)) servers.set(key, start());
    },
    close: () => {
      for (const server of servers.values()) server.close();
    },
  };
}
