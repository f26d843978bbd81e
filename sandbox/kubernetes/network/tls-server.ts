import { type Server as HttpServer } from "node:http";
import { createServer, type Server, type TLSSocket } from "node:tls";
import { type Certificate } from "../api/certificate.ts";
import { type Credentials } from "./credentials.ts";

/**
 * Ends TLS with the certificate of the name that a visitor asks for (SNI, RFC 6066), as it stands at the moment of each
 * handshake, and hands the connection on. Where there is none: the handshake is cut off, or the default certificate shown.
 */
export function tlsServer(credentials: Credentials, to: Pick<HttpServer, "emit">, standard?: Certificate): Server {
  const server = createServer({
    ...standard,
    ALPNProtocols: ["http/1.1"],
    SNICallback: (name, done) => {
      const found = credentials(name.toLowerCase());
      if (found !== undefined && found !== "missing") return done(null, found);
      return standard && found === undefined ? done(null) : done(new Error(`no certificate for ${name}`));
    },
  });
  server.on("secureConnection", (socket: TLSSocket) => {
    socket.on("error", () => socket.destroy());
    to.emit("connection", socket);
  });
  server.on("tlsClientError", (_error, socket) => socket.destroy());
  return server;
}
