import { type ChildProcess, execFile, spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

const READY_WITHIN_MS = 90_000;

export type Children = {
  /** Starts a program whose output goes to `<logs>/<name>.log`; its end before ours ends us. */
  start(name: string, command: string, args: string[], env?: Record<string, string>): void;
};

/** The cluster's programs, all in this process id namespace: when its first process ends, the kernel ends them. */
export function children(logs: string): Children {
  return {
    start: (name, command, args, env = {}) => {
      const child: ChildProcess = spawn(command, args, {
        stdio: ["ignore", "pipe", "pipe"],
        env: { ...process.env, ...env },
      });
      const log = createWriteStream(join(logs, `${name}.log`));
      child.stdout?.pipe(log, { end: false });
      child.stderr?.pipe(log, { end: false });
      const ended = (why: string) => {
        process.stderr.write(`${name} ended (${why}): see ${join(logs, `${name}.log`)}\n`);
        process.exit(1);
      };
      child.once("error", (error) => ended(error.message));
      child.once("exit", (code, signal) => ended(signal ?? `exit code ${code}`));
    },
  };
}

/** Runs a program to its end; rejects with what it wrote to stderr. */
export const run = (command: string, ...args: string[]) => promisify(execFile)(command, args);

/** Asks again and again until `probe` does not reject; rejects with its last reason after a while. */
export async function until(what: string, probe: () => Promise<unknown>): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  for (;;) {
    const failure = await probe().then(
      () => undefined,
      (error: unknown) => error,
    );
    if (failure === undefined) return;
    if (Date.now() > deadline) throw new Error(`${what} is not ready after ${READY_WITHIN_MS} ms`, { cause: failure });
    await new Promise((tick) => setTimeout(tick, 100));
  }
}
