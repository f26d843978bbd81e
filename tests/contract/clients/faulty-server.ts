import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

/** How a server may treat one request, from a good answer to none. */
export type Answer =
  | { status?: number; headers?: Record<string, string | string[]>; body?: string | Buffer }
  /** Takes the request and says nothing. */
  | "hang"
  /** Cuts the connection without a word. */
  | "reset"
  /** Promises more bytes than it sends, then cuts. */
  | { truncated: string }
  /** Sends these pieces, one by one, then ends in order, cuts, or stays silent. */
  | { pieces: (string | Buffer)[]; then: "end" | "reset" | "hang"; headers?: Record<string, string> };

export type SeenRequest = { method: string; url: string; headers: IncomingMessage["headers"]; body: string };

/** An HTTP server that does what it is told: answers are given in order, the last one again and again. */
export async function startFaultyServer() {
  const seen: SeenRequest[] = [];
  const waiting: (() => void)[] = [];
  let answers: Answer[] = [{}];
  let connections = 0;

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { method = "", url = "", headers } = request;
      seen.push({ method, url, headers, body: Buffer.concat(chunks).toString() });
      for (const tell of waiting.splice(0)) tell();
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      void give(response, answer ?? {});
    });
  });
  server.on("connection", () => {
    connections += 1;
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");

  return {
    url: `http://127.0.0.1:${address.port}`,
    seen,
    connections: () => connections,
    /** What is answered from now on; forgets what was seen. */
    answer(...next: Answer[]) {
      answers = next;
      seen.length = 0;
    },
    /** Resolves with the next request that arrives. */
    nextRequest: () => new Promise<void>((resolve) => waiting.push(resolve)),
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

export type FaultyServer = Awaited<ReturnType<typeof startFaultyServer>>;

export const json = (value: unknown, rest: { status?: number; headers?: Record<string, string> } = {}): Answer => ({
  ...rest,
  headers: { "content-type": "application/json", ...rest.headers },
  body: JSON.stringify(value),
});

async function give(response: ServerResponse, answer: Answer): Promise<void> {
  if (answer === "hang") return;
  if (answer === "reset") {
    response.socket?.resetAndDestroy();
    return;
  }
  if ("truncated" in answer) {
    response.writeHead(200, { "content-type": "application/json", "content-length": answer.truncated.length + 100 });
    response.write(answer.truncated, () => response.socket?.destroy());
    return;
  }
  if ("pieces" in answer) {
    response.writeHead(200, answer.headers);
    response.flushHeaders();
    for (const piece of answer.pieces) await new Promise<void>((resolve) => response.write(piece, () => resolve()));
    if (answer.then === "end") response.end();
    if (answer.then === "reset") response.socket?.resetAndDestroy();
    return;
  }
  response.writeHead(answer.status ?? 200, answer.headers);
  response.end(answer.body);
}
