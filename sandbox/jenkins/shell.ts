import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Readable } from "node:stream";
import { processEnvironment } from "../docker/process-environment.ts";

export type ShellScript = {
  script: string;
  cwd: string;
  /** Folder for the script's file, beside the workspace as in Jenkins (`<workspace>@tmp`). */
  scratch: string;
  env: Record<string, string>;
  onOutput: (chunk: Buffer) => void;
  /** `returnStdout`: standard output is collected instead of shown. */
  captureStdout: boolean;
  /** Aborting asks the whole process group to end, and ends it after `graceMs`. */
  signal: AbortSignal;
};

const GRACE_MS = 5_000;
/**
 * The watcher reads a pipe that only Jenkins holds open: when Jenkins dies, however hard, the read ends and the whole
 * group goes with it, so a build never outlives the Jenkins that knows of it.
 */
const WATCHED = '(read -r _ <&3; kill -KILL 0) >/dev/null 2>&1 & exec 3<&-; exec "$@"';
/** Both outputs go through one pipe, so that a command's trace stands before what the command prints. */
const WATCHED_MERGED = `${WATCHED} 2>&1`;

/** Runs a script as the durable-task plugin does: `/bin/sh -xe`, or its own interpreter when it begins with `#!`. */
export async function runShell(shell: ShellScript): Promise<{ exitCode: number; stdout: string }> {
  await mkdir(shell.cwd, { recursive: true });
  await mkdir(shell.scratch, { recursive: true });
  const file = join(shell.scratch, `durable-${randomUUID().slice(0, 8)}.sh`);
  const isProgram = shell.script.startsWith("#!");
  await writeFile(file, shell.script, { mode: 0o700 });
  try {
    const command = isProgram ? [file] : ["/bin/sh", "-xe", file];
    const child = spawn("/bin/sh", ["-c", shell.captureStdout ? WATCHED : WATCHED_MERGED, "sh", ...command], {
      cwd: shell.cwd,
      env: processEnvironment(shell.env),
      detached: true,
      stdio: ["ignore", "pipe", "pipe", "pipe"],
    });
    return await follow(child, shell);
  } finally {
    await rm(file, { force: true });
  }
}

async function follow(child: ChildProcess, shell: ShellScript): Promise<{ exitCode: number; stdout: string }> {
  const captured: Buffer[] = [];
  listen(child.stdout, shell.captureStdout ? (chunk) => captured.push(chunk) : shell.onOutput);
  listen(child.stderr, shell.onOutput);
  let hardStop: NodeJS.Timeout | undefined;
  const stop = () => {
    signalGroup(child, "SIGTERM");
    hardStop = setTimeout(() => signalGroup(child, "SIGKILL"), GRACE_MS);
  };
  shell.signal.addEventListener("abort", stop, { once: true });
  if (shell.signal.aborted) stop();
  const exitCode = await new Promise<number>((resolve) => {
    let code = 1;
    child.on("error", () => resolve(127));
    child.on("exit", (exit, signal) => {
      code = exit ?? (signal === "SIGKILL" ? 137 : 143);
      // What the script left running in the background, and the watcher, end with it.
      signalGroup(child, "SIGKILL");
    });
    child.on("close", () => resolve(code));
  });
  clearTimeout(hardStop);
  shell.signal.removeEventListener("abort", stop);
  return { exitCode, stdout: Buffer.concat(captured).toString("utf8") };
}

function listen(stream: Readable | null, onChunk: (chunk: Buffer) => void): void {
  stream?.on("data", onChunk);
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The group has ended by itself.
  }
}
