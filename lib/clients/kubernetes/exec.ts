import "server-only";
import { type IncomingMessage } from "node:http";
import { type RawData, type WebSocket } from "ws";
import { z } from "zod";
import { Invalid, type KeplerError, Unavailable } from "#lib/platform/errors";
import { noAnswer } from "../http/failures.ts";
import { failureFrom } from "../http/request.ts";
import { type HttpTarget } from "../http/target.ts";
import { type ExecEnd, type ExecOptions, type ExecSession } from "./client.ts";
import { ExecQueue } from "./exec-queue.ts";
import { type Door } from "./kube-fetch.ts";
import { podPath } from "./paths.ts";
import { errorOf, statusReply } from "./status.ts";

/** First byte of every message, https://github.com/kubernetes/enhancements/tree/master/keps/sig-api-machinery/4006-transition-spdy-to-websockets */
const CHANNEL = { stdin: 0, stdout: 1, stderr: 2, status: 3, resize: 4, close: 255 } as const;
const V5 = "v5.channel.k8s.io";
const PROTOCOLS = [V5, "v4.channel.k8s.io"];

const HEAD_DEADLINE_MS = 15_000;
/** Proxies cut what is silent for some minutes; a peer that has not answered by the next ping is gone. */
const PING_MS = 20_000;
const LONGEST_REFUSAL = 64 * 1024;

type Output = { stream: "stdout" | "stderr"; bytes: Uint8Array };

/** See `Kubernetes.exec`. */
export async function exec(
  target: HttpTarget,
  dial: Door["dial"],
  place: { namespace: string; pod: string },
  { container, command, tty, signal }: ExecOptions,
): Promise<ExecSession> {
  const url = new URL(`${target.baseUrl.replace(/^http/, "ws")}${podPath(place, "exec")}`);
  for (const word of command) url.searchParams.append("command", word);
  const flags = { container, stdin: "true", stdout: "true", stderr: String(!tty), tty: String(tty) };
  for (const [name, value] of Object.entries(flags)) url.searchParams.set(name, value);

  const socket = await dial(url.href, PROTOCOLS, HEAD_DEADLINE_MS);
  const giveUp = () => socket.terminate();
  signal?.addEventListener("abort", giveUp, { once: true });
  if (signal?.aborted) giveUp();
  const session = sessionOn(target, socket);
  try {
    await opened(target, socket, signal);
    return session;
  } finally {
    void session.ended.catch(() => undefined).finally(() => signal?.removeEventListener("abort", giveUp));
  }
}

/** Resolves when the server has agreed; what it says instead becomes one of the six errors. */
function opened(target: HttpTarget, socket: WebSocket, signal: AbortSignal | undefined): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.once("open", resolve);
  socket.once("unexpected-response", (_request, response) => {
    void refusalOf(target, response).then(reject, reject);
  });
  socket.once("error", (error) => {
    const late = /handshake has timed out/.test(error.message);
    reject(noAnswer(target, error, { calledOff: signal?.aborted ?? false, late, deadlineMs: HEAD_DEADLINE_MS }));
  });
  return promise;
}

async function refusalOf(target: HttpTarget, response: IncomingMessage): Promise<KeplerError> {
  let text = "";
  try {
    for await (const chunk of response.setEncoding("utf8")) {
      text += String(chunk);
      if (text.length > LONGEST_REFUSAL) break;
    }
  } catch {
    // Cut off: its status is what is left.
  }
  const headers = new Headers();
  for (const [name, values] of Object.entries(response.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value);
  }
  const status = response.statusCode ?? 502;
  return failureFrom(target, { status, headers, text, bytes: new Uint8Array() });
}

/** The streams of a socket that is about to open. */
function sessionOn(target: HttpTarget, socket: WebSocket): ExecSession {
  const output = new ExecQueue<Output>({ pause: () => socket.pause(), resume: () => socket.resume() });
  const { promise: ended, resolve, reject } = Promise.withResolvers<ExecEnd>();
  // Whoever does not ask how it ended must not fail for that.
  ended.catch(() => undefined);
  let alive = true;
  const ping = setInterval(() => {
    if (socket.readyState !== socket.OPEN) return;
    if (!alive) return socket.terminate();
    alive = false;
    socket.ping();
  }, PING_MS);
  socket.on("pong", () => (alive = true));
  socket.on("message", (data) => {
    alive = true;
    const message = bytesOf(data);
    const bytes = message.subarray(1);
    const channel = message[0];
    if (channel === CHANNEL.status) settle(bytes.toString("utf8"), resolve, reject);
    if (bytes.length === 0) return;
    if (channel === CHANNEL.stdout) output.push({ stream: "stdout", bytes });
    if (channel === CHANNEL.stderr) output.push({ stream: "stderr", bytes });
  });
  socket.on("error", () => undefined);
  socket.on("close", () => {
    clearInterval(ping);
    output.end();
    const { system, name } = target;
    reject(new Unavailable(`${name} broke off the connection to the program.`, { system }));
  });

  const send = (channel: number, bytes: Uint8Array): Promise<void> =>
    new Promise((done) => {
      if (socket.readyState !== socket.OPEN) return done();
      // A socket that fails says so by closing; what was being sent is nobody's then.
      socket.send(Buffer.concat([Buffer.from([channel]), bytes]), () => done());
    });
  return {
    output,
    ended,
    write: (bytes) => send(CHANNEL.stdin, bytes),
    endInput: () => {
      if (socket.protocol === V5) void send(CHANNEL.close, Uint8Array.of(CHANNEL.stdin));
    },
    resize: ({ columns, rows }) =>
      void send(CHANNEL.resize, Buffer.from(JSON.stringify({ Width: columns, Height: rows }))),
    close: () => socket.terminate(),
  };
}

/** The last word of the server: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/ */
function settle(text: string, resolve: (end: ExecEnd) => void, reject: (error: KeplerError) => void): void {
  const said = execStatus(text);
  if (said === null) {
    return reject(new Unavailable("Kubernetes did not say how the program ended.", { system: "kubernetes" }));
  }
  if (said.status === "Success") return resolve({ exitCode: 0 });
  const code = said.details?.causes?.find((cause) => cause.reason === "ExitCode")?.message;
  if (said.reason === "NonZeroExitCode" && code !== undefined) return resolve({ exitCode: Number(code) });
  const failure = errorOf({ kind: "Status", ...said });
  reject(
    failure ??
      new Invalid(`The program could not be started in the container: ${said.message}`, {
        system: "kubernetes",
        cause: { status: said },
      }),
  );
}

// Over this channel the Status comes without its kind.
const execStatusReply = statusReply.omit({ kind: true }).extend({ status: z.string() });

function execStatus(text: string): z.infer<typeof execStatusReply> | null {
  try {
    return execStatusReply.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

function bytesOf(data: RawData): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return Buffer.isBuffer(data) ? data : Buffer.from(data);
}
