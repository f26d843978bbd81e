import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Program } from "./program.ts";
import { type Session, type SessionOptions, signalGroup, startSession } from "./session.ts";

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

  /** Starts a program of a container; it is remembered under `id` until it ends. */
  async start(id: string, program: Program, options: SessionOptions = {}): Promise<Session> {
    mkdirSync(program.cwd, { recursive: true });
    const session = await startSession(program, options);
    const pidFile = join(this.#folder, `${id}.pid`);
    this.#watchdog.stdin?.write(`+ ${session.pid}\n`);
    writeFileSync(pidFile, `${session.pid} ${startTimeOf(session.pid) ?? ""}\n`);
    void session.exited.then(() => {
      this.#watchdog.stdin?.write(`- ${session.pid}\n`);
      rmSync(pidFile, { force: true });
    });
    return session;
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

/** A process's start time in clock ticks (Linux, field 22 of /proc/<pid>/stat); undefined elsewhere. */
function startTimeOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}
