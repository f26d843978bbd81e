import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";

type SandboxSystems = {
  gitlab: { url: string; token: string };
  jenkins: { url: string; user: string; token: string };
  registry: { url: string; user: string; token: string };
  kubernetes: { url: string; token: string; kubeconfig: string };
  edge: { url: string; istioUrl: string; traefikUrl: string };
};

/** What `npm start` writes for people and programs: address and token of each system that the sandbox plays. */
const sandboxSystems: { [Name in keyof SandboxSystems]: z.ZodType<SandboxSystems[Name]> } = {
  gitlab: z.object({ url: z.string(), token: z.string() }),
  jenkins: z.object({ url: z.string(), user: z.string(), token: z.string() }),
  registry: z.object({ url: z.string(), user: z.string(), token: z.string() }),
  kubernetes: z.object({ url: z.string(), token: z.string(), kubeconfig: z.string() }),
  edge: z.object({ url: z.string(), istioUrl: z.string(), traefikUrl: z.string() }),
};

export type RunningKepler = {
  url: string;
  home: string;
  username: string;
  password: string;
  /** Throws for a system that the environment made a real one. */
  sandbox<Name extends keyof SandboxSystems>(name: Name): SandboxSystems[Name];
  /** Everything the processes have printed so far. */
  output(): string;
  /** Process id of the start script; its children carry KEPLER_HOME in their environment. */
  pid: number;
  stop(): Promise<void>;
};

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

/**
 * The whole product as a person starts it: `node scripts/start.ts` in a home of its own, ready when it says so.
 * `env` adds to the environment; pass `home` to start again where an earlier one stopped.
 */
export async function startKepler(
  options: { home?: string; env?: Record<string, string>; readyWithinMs?: number } = {},
): Promise<RunningKepler> {
  const home = options.home ?? (await mkdtemp(join(tmpdir(), "kepler-home-")));
  const port = options.env?.PORT ?? String(await freePort());
  const child = spawn(process.execPath, ["scripts/start.ts"], {
    env: {
      ...process.env,
      NODE_OPTIONS: "",
      KEPLER_HOME: home,
      KEPLER_SANDBOX_PORT_BASE: "0",
      ...options.env,
      PORT: port,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const printed = collect(child);
  const url = `http://127.0.0.1:${port}`;
  await readyLine(child, printed, url, options.readyWithinMs ?? 180_000);
  const secrets = z.object({ admin: z.object({ username: z.string(), password: z.string() }) });
  const { admin } = secrets.parse(JSON.parse(await readFile(join(home, "secrets.json"), "utf8")));
  const text = await readFile(join(home, "sandbox.json"), "utf8");
  const written = z.record(z.string(), z.unknown()).parse(JSON.parse(text));
  if (child.pid === undefined) throw new Error("start script has no pid");
  return {
    url,
    home,
    ...admin,
    sandbox: (name) => sandboxSystems[name].parse(written[name]),
    output: printed,
    pid: child.pid,
    stop: () => stop(child, options.home === undefined ? home : undefined),
  };
}

function collect(child: ChildProcess): () => string {
  const parts: string[] = [];
  child.stdout?.on("data", (data: Buffer) => parts.push(data.toString()));
  child.stderr?.on("data", (data: Buffer) => parts.push(data.toString()));
  return () => parts.join("");
}

async function readyLine(child: ChildProcess, printed: () => string, url: string, withinMs: number): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!printed().includes(url)) {
    if (child.exitCode !== null) throw new Error(`start ended with ${child.exitCode}:\n${printed()}`);
    if (Date.now() > deadline) throw new Error(`not ready in ${withinMs} ms:\n${printed()}`);
    await new Promise((tick) => setTimeout(tick, 100));
  }
}

async function stop(child: ChildProcess, homeToRemove: string | undefined): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    child.kill("SIGTERM");
    await once(child, "exit");
  }
  if (homeToRemove !== undefined) await rm(homeToRemove, { recursive: true, force: true });
}
