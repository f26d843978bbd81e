import { once } from "node:events";
import http, { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import https from "node:https";

/** How one request is treated instead of being passed on as it is. */
export type Fault =
  /** Answered here; the system behind never hears of it. */
  | { status: number; headers?: Record<string, string>; body?: string }
  /** Taken and never answered. */
  | "hang"
  /** Passed on, so that what it asks for happens; then the connection breaks before a word of the answer. */
  | "lose-answer"
  /** Passed on; half of the answer's body arrives, then the connection breaks. */
  | "cut"
  /** Passed on only so much later, whether or not anybody still waits for the answer. */
  | { lateByMs: number };

export type Rule = {
  method?: string;
  /** Of path and query. */
  path: RegExp;
  fault: Fault;
  /** For so many requests; for all until lifted when absent. */
  times?: number;
};

export type SeenRequest = { method: string; url: string; body: string; at: number };
/** A rule at work. */
export type Trouble = {
  /** Requests that it has met, and those of them that the system behind has answered all the same. */
  hits(): number;
  passedOn(): number;
  lift(): void;
};

export type FaultProxy = {
  url: string;
  /** Everything that was asked, in order, faults included. */
  seen: readonly SeenRequest[];
  /** The first rule that matches a request and is not used up decides; none = passed on. */
  trouble(rule: Rule): Trouble;
  /** Ends the answers that are being streamed at this moment; returns how many there were. */
  endStreams(path: RegExp, how: "end" | "break"): number;
  /** Forgets all rules. */
  lift(): void;
  stop(): Promise<void>;
};

type Upstream = {
  url: string;
  /** TLS and credentials that every passed-on request gets. */
  options?: https.RequestOptions;
};
type ActiveRule = Rule & { hits: number; passedOn: number };
type Asked = { method: string; url: string; headers: IncomingMessage["headers"]; body: Buffer };

const HOP_BY_HOP = ["connection", "keep-alive", "transfer-encoding"];

/** Stands before one system on a port of its own and passes on what it hears, but for the rules that a test has set. */
export async function startFaultProxy({ url, options = {} }: Upstream): Promise<FaultProxy> {
  const upstream = new URL(url);
  const wire = upstream.protocol === "https:" ? https : http;
  const agent = new wire.Agent({ keepAlive: true });
  const seen: SeenRequest[] = [];
  const streams = new Map<ServerResponse, string>();
  let rules: ActiveRule[] = [];

  const ruleFor = ({ method, url }: Asked): ActiveRule | undefined => {
    const rule = rules.find(
      (one) => (one.method ?? method) === method && one.path.test(url) && one.hits < (one.times ?? Infinity),
    );
    if (rule) rule.hits += 1;
    return rule;
  };

  const ask = async ({ method, url: path, headers, body }: Asked): Promise<IncomingMessage> => {
    const outgoing = wire.request(new URL(path, upstream), {
      ...options,
      agent,
      method,
      headers: { ...headers, ...options.headers },
    });
    outgoing.end(body);
    const [answer] = (await once(outgoing, "response")) as [IncomingMessage];
    return answer;
  };

  const treat = async (asked: Asked, response: ServerResponse): Promise<void> => {
    const rule = ruleFor(asked);
    const fault = rule?.fault;
    if (fault === "hang") return;
    if (typeof fault === "object" && "status" in fault) {
      response.writeHead(fault.status, { "content-type": "application/json", ...fault.headers });
      response.end(fault.body ?? "");
      return;
    }
    if (typeof fault === "object") await new Promise((due) => setTimeout(due, fault.lateByMs));
    const answer = await ask(asked);
    if (rule) rule.passedOn += 1;
    if (response.destroyed) return void answer.resume();
    if (fault === "lose-answer" || fault === "cut") return breakOff(answer, response, fault);
    response.writeHead(answer.statusCode ?? 502, endToEnd(answer.headers));
    response.flushHeaders();
    streams.set(response, asked.url);
    response.on("close", () => {
      streams.delete(response);
      answer.destroy();
    });
    answer.on("error", () => response.destroy()).pipe(response);
  };

  const server = createServer((request, response) => {
    void readAll(request)
      .then((body) => {
        const { method = "GET", url = "/", headers } = request;
        seen.push({ method, url, body: body.toString(), at: Date.now() });
        return treat({ method, url, headers, body }, response);
      })
      // The system behind has gone away: so does the answer.
      .catch(() => response.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");

  return {
    url: `http://127.0.0.1:${address.port}`,
    seen,
    trouble(rule) {
      const active = { ...rule, hits: 0, passedOn: 0 };
      rules.push(active);
      return {
        hits: () => active.hits,
        passedOn: () => active.passedOn,
        lift: () => void (rules = rules.filter((one) => one !== active)),
      };
    },
    endStreams(path, how) {
      const open = [...streams].filter(([, asked]) => path.test(asked)).map(([response]) => response);
      for (const response of open) how === "end" ? response.end() : response.destroy();
      return open.length;
    },
    lift: () => void (rules = []),
    async stop() {
      server.closeAllConnections();
      server.close();
      agent.destroy();
      await once(server, "close");
    },
  };
}

async function breakOff(answer: IncomingMessage, response: ServerResponse, how: "lose-answer" | "cut"): Promise<void> {
  const body = await readAll(answer);
  if (how === "lose-answer") return void response.destroy();
  response.writeHead(answer.statusCode ?? 502, { ...endToEnd(answer.headers), "content-length": body.length });
  response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.destroy());
}

const endToEnd = (headers: IncomingMessage["headers"]): IncomingMessage["headers"] =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.includes(name)));

async function readAll(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
