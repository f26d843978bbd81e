import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:os";
import { type Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import { spawn as spawnOnTerminal } from "@lydell/node-pty";
import { type Program, StartError } from "./program.ts";

export type Exit = { exitCode: number; signal?: number };
export type OutputStream = "stdout" | "stderr";
export type SessionOptions = { tty?: boolean; stdin?: boolean };

/** A running program, leader of its own process group. On a terminal both outputs are one. */
export type Session = {
  pid: number;
  exited: Promise<Exit>;
  /** Hands over each piece of output as it comes; returns how to stop listening. */
  listen(listener: (stream: OutputStream, bytes: Buffer) => void): () => void;
  write(bytes: Buffer): void;
  endInput(): void;
  resize(columns: number, rows: number): void;
  /** Stops reading, so that the program is held up by its full pipe, until resumed. */
  pause(): void;
  resume(): void;
  kill(signal: NodeJS.Signals): void;
};

/** Starts a program and resolves once it really runs; throws StartError otherwise. */
export const startSession = (program: Program, options: SessionOptions): Promise<Session> =>
  options.tty === true ? Promise.resolve(onTerminal(program)) : onPipes(program, options.stdin === true);

const END_OF_INPUT = "\u0004";

/** With a pseudo-terminal, as a person at a keyboard has it (forkpty). */
function onTerminal({ argv: [file = "", ...words], env, cwd }: Program): Session {
  const terminal = spawnOnTerminal(file, words, { cwd, env: { TERM: "xterm", ...env }, encoding: null });
  const exited = new Promise<Exit>((resolve) =>
    terminal.onExit(({ exitCode, signal = 0 }) =>
      resolve(signal === 0 ? { exitCode } : { exitCode: 128 + signal, signal }),
    ),
  );
  // The file descriptor is closed with the program; what arrives for it afterwards has no reader.
  let open = true;
  const keys = new StringDecoder("utf8");
  void exited.then(() => (open = false));
  const whileOpen = (act: () => void): void => {
    if (open) act();
  };
  return {
    pid: terminal.pid,
    exited,
    listen: (listener) => {
      const subscription = terminal.onData((data) => listener("stdout", Buffer.from(data)));
      return () => subscription.dispose();
    },
    write: (bytes) => whileOpen(() => terminal.write(keys.write(bytes))),
    endInput: () => whileOpen(() => terminal.write(END_OF_INPUT)),
    resize: (columns, rows) => whileOpen(() => terminal.resize(columns, rows)),
    pause: () => whileOpen(() => terminal.pause()),
    resume: () => whileOpen(() => terminal.resume()),
    kill: (signal) => signalGroup(terminal.pid, signal),
  };
}

/** With two pipes out, and one in where somebody will write to it. */
async function onPipes({ argv: [file = "", ...words], env, cwd }: Program, stdin: boolean): Promise<Session> {
  const child: ChildProcess = spawn(file, words, {
    cwd,
    env: plain(env),
    detached: true,
    stdio: [stdin ? "pipe" : "ignore", "pipe", "pipe"],
  });
  const exited = new Promise<Exit>((resolve) => child.once("close", (code, signal) => resolve(exitOf(code, signal))));
  const failed = once(child, "error").then(([error]: Error[]) => {
    throw new StartError(error?.message ?? "");
  });
  failed.catch(() => undefined);
  await Promise.race([once(child, "spawn"), failed]);
  const pid = child.pid ?? 0;
  // A program may close its input before the writer has noticed.
  child.stdin?.on("error", () => undefined);
  // The group outlives its leader when a program leaves children behind: they go with it.
  child.once("exit", () => signalGroup(pid, "SIGKILL"));
  const outputs = new Map<OutputStream, Readable | null>([
    ["stdout", child.stdout],
    ["stderr", child.stderr],
  ]);
  return {
    pid,
    exited,
    listen: (listener) => {
      const stops = [...outputs].map(([name, stream]) => {
        const take = (bytes: Buffer): void => listener(name, bytes);
        stream?.on("data", take);
        return () => stream?.off("data", take);
      });
      return () => stops.forEach((stop) => stop());
    },
    write: (bytes) => child.stdin?.write(bytes),
    endInput: () => child.stdin?.end(),
    resize: () => undefined,
    pause: () => outputs.forEach((stream) => stream?.pause()),
    resume: () => outputs.forEach((stream) => stream?.resume()),
    kill: (signal) => signalGroup(pid, signal),
  };
}

/** Waits for a command's end and keeps the beginning of what it says; one that takes too long is killed. */
export async function outcomeOf(session: Session, timeoutMs: number): Promise<{ exitCode: number; output: string }> {
  let output = "";
  session.listen((_stream, bytes) => (output += output.length < 10_000 ? bytes.toString("utf8") : ""));
  const deadline = setTimeout(() => session.kill("SIGKILL"), timeoutMs);
  const { exitCode } = await session.exited;
  clearTimeout(deadline);
  return { exitCode, output };
}

export function signalGroup(group: number, signal: NodeJS.Signals): void {
  try {
    if (group > 1) process.kill(-group, signal);
  } catch {
    // Already gone, which is what was wanted.
  }
}

function exitOf(code: number | null, signal: NodeJS.Signals | null): Exit {
  if (signal === null) return { exitCode: code ?? 0 };
  const number = constants.signals[signal];
  return { exitCode: 128 + number, signal: number };
}

// Next.js declares NODE_ENV as always set; a container's environment is exactly what was asked for.
const plain = (env: Record<string, string>): NodeJS.ProcessEnv => env as NodeJS.ProcessEnv;
