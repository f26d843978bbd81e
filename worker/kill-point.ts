import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

type Options = {
  /** Folder of the marker files. */
  home: string;
  /** Names of points with commas between, "*" for each point once, or undefined for none. */
  at: string | undefined;
  /** A file whose first line is the process to kill (Postgres' postmaster.pid); this process itself when undefined. */
  pidFile: string | undefined;
};

/**
 * For tests alone: a process is killed with SIGKILL, as a power cut would, when the worker first comes to the named point.
 * A marker file remembers that it was, so that what is started in its place goes on.
 */
export function killPoint({ home, at, pidFile }: Options): ((name: string) => Promise<void>) | undefined {
  if (!at) return undefined;
  const names = new Set(at.split(","));
  const folder = join(home, "kill-points");
  return async (name) => {
    const marker = join(folder, name.replaceAll(/[^\w.-]/g, "_"));
    if (!(names.has("*") || names.has(name)) || existsSync(marker)) return;
    mkdirSync(folder, { recursive: true });
    writeFileSync(marker, "");
    const victim = pidFile ? Number(readFileSync(pidFile, "utf8").split("\n")[0]) : process.pid;
    process.kill(victim, "SIGKILL");
    // The signal is delivered before this promise could settle; nothing of this process after the point may run.
    if (victim === process.pid) await new Promise(() => undefined);
  };
}
