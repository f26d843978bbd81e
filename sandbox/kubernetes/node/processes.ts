import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { type ContainerLog } from "./container-log.ts";
import { type Program, StartError } from "./program.ts";

export type Exit = { exitCode: number; signal?: number };
export type Running = { exited: Promise<Exit>; kill(signal: NodeJS.Signals): void };

// Is told of every group that begins and ends; when this process is gone, however it went, it ends those that are left.
const WATCHDOG = `
while read -r sign group; do
  kept=
  for each in $groups; do [ "$each" = "$group" ] || kept="$kept $each"; done
  groups=$kept
  [ "$sign" = + ] && groups="$groups $group"
done
for each in $groups; do kill -9 "-$each"; done`;

/**
 * The containers' processes, each the leader of its own group. A tiny shell watchdog ends them when the sandbox is
 * killed; should that be killed too, the next start finds what got away by its pid files.
 */
export class Processes {
  readonly #folder: string;
  readonly #watchdog: ChildProcess;

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true });
    this.#killLeftovers();
    this.#watchdog = spawn("/bin/sh", ["-c", WATCHDOG], { detached: true, stdio: ["pipe", "ignore", "ignore"] });
    this.#watchdog.stdin?.on("error", () => undefined);
  }

  /** Starts a program in its own process group; resolves once it really runs. */
  async start(id: string, { argv, env, cwd }: Program, log: ContainerLog): Promise<Running> {
    const [file = "", ...words] = argv;
    mkdirSync(cwd, { recursive: true });
    const child = spawn(file, words, { cwd, env: plain(env), detached: true, stdio: ["ignore", "pipe", "pipe"] });
    const exited = new Promise<Exit>((resolve) => child.once("close", (code, signal) => resolve(exitOf(code, signal))));
    await new Promise<void>((resolve, reject) => {
      child.once("spawn", resolve);
      child.once("error", (error) => reject(new StartError(`failed to create containerd task: ${error.message}`)));
    });
    const group = child.pid ?? 0;
    const pidFile = join(this.#folder, `${id}.pid`);
    this.#watchdog.stdin?.write(`+ ${group}\n`);
    writeFileSync(pidFile, `${group} ${startTimeOf(group) ?? ""}\n`);
    for (const stream of ["stdout", "stderr"] as const)
      child[stream].setEncoding("utf8").on("data", (text: string) => log.write(stream, text));
    // The group outlives its leader when a program leaves children behind: they go with it.
    child.once("exit", () => signalGroup(group, "SIGKILL"));
    return {
      exited: exited.finally(() => {
        this.#watchdog.stdin?.write(`- ${group}\n`);
        rmSync(pidFile, { force: true });
        log.close();
      }),
      kill: (signal) => signalGroup(group, signal),
    };
  }

  stop(): void {
    this.#watchdog.stdin?.end();
  }

  #killLeftovers(): void {
    for (const file of readdirSync(this.#folder)) {
      const [group, started] = readFileSync(join(this.#folder, file), "utf8").trim().split(" ");
      // The same number with another start time is somebody else's process by now.
      if (started !== undefined && started !== "" && startTimeOf(Number(group)) === started)
        signalGroup(Number(group), "SIGKILL");
      rmSync(join(this.#folder, file), { force: true });
    }
  }
}

function signalGroup(group: number, signal: NodeJS.Signals): void {
  try {
    if (group > 1) process.kill(-group, signal);
  } catch {
    // Already gone, which is what was wanted.
  }
}

/** A process's start time in clock ticks (Linux, field 22 of /proc/<pid>/stat); undefined elsewhere. */
function startTimeOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}

function exitOf(code: number | null, signal: NodeJS.Signals | null): Exit {
  if (signal === null) return { exitCode: code ?? 0 };
  const number = constants.signals[signal];
  return { exitCode: 128 + number, signal: number };
}

/** Runs a command to its end beside a container (probes, hooks). */
export function runCommand(
  argv: string[],
  options: { cwd: string; env: Record<string, string>; timeoutMs: number },
): Promise<{ exitCode: number; output: string }> {
  const [file = "", ...words] = argv;
  return new Promise((resolve) => {
    const child = spawn(file, words, {
      cwd: options.cwd,
      env: plain(options.env),
      timeout: options.timeoutMs,
      killSignal: "SIGKILL",
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => (output += output.length < 10_000 ? text : ""));
    child.once("error", (error) => resolve({ exitCode: 127, output: error.message }));
    child.once("close", (code) => resolve({ exitCode: code ?? 137, output }));
  });
}

// Next.js declares NODE_ENV as always set; a container's environment is exactly what was asked for.
const plain = (env: Record<string, string>): NodeJS.ProcessEnv => env as NodeJS.ProcessEnv;
