import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, mkdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { COMPILE_CACHE } from "./compile-cache.ts";
import { StartError } from "./settings.ts";

export type ChildSpec = {
  /** "worker", "web", "sandbox": also the name of its file in `<home>/logs`. */
  name: string;
  /** Arguments of node. */
  args: string[];
  env: NodeJS.ProcessEnv;
};
export type Output = {
  /** Where the children's own lines go; null = to our screen, each with the child's name before it. */
  logFolder: string | null;
  say: (line: string) => void;
};

const PRELOAD = new URL("./exit-with-parent.ts", import.meta.url).href;
const READY_WITHIN_MS = 60_000;
const STOP_WITHIN_MS = 12_000;
const REMEMBERED_LINES = 12;

type Listener = (line: string) => void;
export type RunningChild = {
  process: ChildProcess;
  /** Settles with "exit code 1" or "SIGKILL". */
  ended: Promise<string>;
  /** What it printed last, for the one line that says why it would not start. */
  lastLines: () => string[];
  onLine: (listener: Listener) => void;
};

/** Starts a child that ends with us, whatever ends us, in a group of its own so that Ctrl-C reaches only us. */
export function startChild({ name, args, env }: ChildSpec, { logFolder, say }: Output): RunningChild {
  const child = spawn(process.execPath, ["--import", PRELOAD, ...args], {
    env: { ...COMPILE_CACHE, ...env, KEPLER_START_PID: String(process.pid) },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    detached: true,
  });
  const log = logFolder === null ? undefined : openLog(logFolder, name);
  const last: string[] = [];
  const listeners: Listener[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    createInterface({ input: stream }).on("line", (line) => {
      last.push(line);
      if (last.length > REMEMBERED_LINES) last.shift();
      if (log) log.write(`${line}\n`);
      else say(`${name.padEnd(8)} ${line}`);
      for (const listener of listeners) listener(line);
    });
  }
  const ended = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("close", (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
  const running = { process: child, ended, lastLines: () => [...last], onLine: (l: Listener) => listeners.push(l) };
  alive.add(running);
  void ended.then(() => {
    alive.delete(running);
    log?.end();
  });
  return running;
}

/** Waits until a child prints a line with these words; rejects when it ends first or says nothing for a minute. */
export async function untilSays(child: RunningChild, name: string, words: string): Promise<void> {
  const { promise: said, resolve } = Promise.withResolvers<true>();
  child.onLine((line) => {
    if (line.includes(words)) resolve(true);
  });
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new StartError(`${name} was not ready in a minute`)), READY_WITHIN_MS);
  const ended = child.ended.then((why) => {
    throw new StartError(`${name} did not start (${why}): ${child.lastLines().slice(-3).join(" | ")}`);
  });
  await Promise.race([said, ended, late]).finally(() => clearTimeout(timer));
  ended.catch(() => undefined);
}

const alive = new Set<RunningChild>();
/** Stops whatever has been started here and still runs: one that was run to its end, and has not come to it. */
export const stopRemaining = async (): Promise<void> => {
  await Promise.all([...alive].map(stopChild));
};

function openLog(folder: string, name: string) {
  mkdirSync(folder, { recursive: true });
  return createWriteStream(join(folder, `${name}.log`), { flags: "a", mode: 0o600 });
}

/** SIGTERM to the child, SIGKILL to its whole group if that does not end it. */
export async function stopChild(child: RunningChild): Promise<void> {
  if (!isRunning(child.process)) return;
  child.process.kill("SIGTERM");
  const killer = setTimeout(() => killGroup(child.process), STOP_WITHIN_MS);
  await child.ended;
  clearTimeout(killer);
}

export const isRunning = (child: ChildProcess): boolean =>
  child.pid !== undefined && child.exitCode === null && child.signalCode === null;

function killGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  } catch {
    // It ended meanwhile.
  }
}

/** Runs a child to its end; rejects with its last lines when it fails. */
export async function runChild(spec: ChildSpec, output: Output): Promise<void> {
  const child = startChild(spec, output);
  const [code] = await once(child.process, "close");
  if (code !== 0) throw new Error(child.lastLines().join("\n"));
}
