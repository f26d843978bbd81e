import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { hostname } from "node:os";

const GREETING = "Hello";
const version = readFileSync(new URL("VERSION", import.meta.url), "utf8").trim();
const port = Number(process.env.PORT ?? 8080);

const pages = {
  "/": () => ({ greeting: `${GREETING} from Node.js`, version, host: hostname() }),
  "/healthz": () => ({ status: "ok" }),
};

const server = createServer((request, response) => {
  const started = Date.now();
  const { pathname } = new URL(request.url, "http://localhost");
  const page = pages[pathname];
  response.on("finish", () => {
    const { statusCode: status } = response;
    log({ message: "request", method: request.method, path: pathname, status, durationMs: Date.now() - started });
  });
  response.writeHead(page ? 200 : 404, { "content-type": "application/json" });
  response.end(`${JSON.stringify(page ? page() : { error: `no page at ${pathname}` })}\n`);
});

function log(entry) {
  console.log(JSON.stringify({ time: new Date().toISOString(), level: "info", ...entry }));
}

log({ message: "starting", version, node: process.version, pid: process.pid });
server.listen(port, () => log({ message: "listening", port }));

// Kubernetes sends SIGTERM first: answer what has begun, take nothing new, then leave.
process.on("SIGTERM", () => {
  log({ message: "draining" });
  server.close(() => {
    log({ message: "stopped" });
    process.exit(0);
  });
  server.closeIdleConnections();
});
