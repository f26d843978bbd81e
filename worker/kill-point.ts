import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

type Options = {
  /**
   * In it, `armed` lists the points at which to kill, one a line; what was passed and
   * where it was killed is remembered in `passed/` and `killed/`, so that what is started in its place goes on.
   */
  folder: string;
  /** A file whose first line is the process to kill (postmaster.pid); this process itself when null. */
  pidFile: string | null;
};

const LOOK_AGAIN_MS = 20;

/** For tests alone: at the armed points a process is killed with SIGKILL, as a power cut would, once at each. */
export function killPoint({ folder, pidFile }: Options): (name: string) => Promise<void> {
  const mark = (kind: "passed" | "killed", name: string): boolean => {
    const marker = join(folder, kind, name);
    if (existsSync(marker)) return false;
    mkdirSync(join(folder, kind), { recursive: true });
    writeFileSync(marker, "");
    return true;
  };
  return async (name) => {
    mark("passed", name);
    if (!armedIn(folder).includes(name) || !mark("killed", name)) return;
    const victim = pidFile ? await livingProcess(pidFile) : process.pid;
    process.kill(victim, "SIGKILL");
    // The signal is delivered before this promise could settle; nothing of this process after the point may run.
    if (victim === process.pid) await new Promise(() => undefined);
  };
}

function armedIn(folder: string): string[] {
  const file = join(folder, "armed");
  return existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
}

/** Waits for one, when what was killed at the point before is still being started again. */
async function livingProcess(pidFile: string): Promise<number> {
  for (;;) {
    const pid = existsSync(pidFile) ? Number(readFileSync(pidFile, "utf8").split("\n")[0]) : 0;
    if (pid > 0 && existsSync(`/proc/${pid}`)) return pid;
    await delay(LOOK_AGAIN_MS);
  }
}
