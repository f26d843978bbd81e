import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingHttpHeaders } from "node:http";
import { type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { pino } from "pino";
import { type GitlabOptions, type RunningGitlab, startGitlab } from "#sandbox/gitlab/main";

export interface GitlabWorld extends RunningGitlab {
  home: string;
  /** A fetch of `/api/v4<path>` as the administrator; `token: null` asks as nobody. */
  api(path: string, options?: { method?: string; body?: unknown; token?: string | null }): Promise<Response>;
  /** The clone URL of a project, with the right to push. */
  remote(path: string): string;
}

/** A GitLab of its own; with `home` an earlier one starts again. */
export async function gitlabWorld(options: Partial<GitlabOptions> = {}): Promise<GitlabWorld> {
  const home = options.home ?? (await mkdtemp(join(tmpdir(), "kepler-gitlab-")));
  const gitlab = await startGitlab({ port: 0, logger: pino({ level: "silent" }), ...options, home });
  return {
    ...gitlab,
    home,
    api: (path, { method = "GET", body, token = gitlab.token } = {}) =>
      fetch(`${gitlab.url}/api/v4${path}`, {
        method,
        body: body === undefined ? undefined : JSON.stringify(body),
        headers: {
          ...(token && { "private-token": token }),
          ...(body !== undefined && { "content-type": "application/json" }),
        },
      }),
    remote: (path) => `${gitlab.url.replace("//", `//any:${gitlab.token}@`)}/${path}.git`,
  };
}

const run = promisify(execFile);

/** Runs the machine's `git` as a person would, and gives what it said. */
export async function git(folder: string, ...args: string[]): Promise<string> {
  const identity = ["-c", "user.name=Lin Wei", "-c", "user.email=lin.wei@example.com"];
  const { stdout, stderr } = await run("git", [...identity, ...args], {
    cwd: folder,
    env: { ...process.env, GIT_TERMINAL_PROMPT: "0" },
  });
  return stdout + stderr;
}

export const emptyFolder = (): Promise<string> => mkdtemp(join(tmpdir(), "kepler-clone-"));
export const removeFolder = (folder: string): Promise<void> => rm(folder, { recursive: true, force: true });

export interface Received {
  headers: IncomingHttpHeaders;
  body: Record<string, unknown>;
}

export interface Receiver {
  url: string;
  received: Received[];
  /** What it answers from now on; "cut" ends the connection, "hang" leaves it open. */
  answer: number | "cut" | "hang";
  close(): Promise<void>;
}

/** A server that writes down the webhooks it is sent. */
export async function webhookReceiver(): Promise<Receiver> {
  const receiver: Receiver = { url: "", received: [], answer: 200, close: async () => undefined };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      receiver.received.push({
        headers: request.headers,
        body: JSON.parse(Buffer.concat(chunks).toString("utf8")) as Record<string, unknown>,
      });
      if (receiver.answer === "cut") request.socket.destroy();
      else if (receiver.answer !== "hang") response.writeHead(receiver.answer).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  receiver.close = () =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return receiver;
}
