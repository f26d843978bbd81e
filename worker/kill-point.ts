import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

type Options = {
  /** Folder of the marker files. */ home: string /** Name of the point, or undefined for none. */;
  at: string | undefined;
};

/**
 * For tests alone: the process kills itself with SIGKILL, as a power cut would, when it first comes to the named point.
 * A marker file remembers that it did, so that the process started in its place goes on.
 */
export function killPoint({ home, at }: Options): ((name: string) => Promise<void>) | undefined {
  if (!at) return undefined;
  const folder = join(home, "kill-points");
  const marker = join(folder, at.replaceAll(/[^\w.-]/g, "_"));
  return async (name) => {
    if (name !== at || existsSync(marker)) return;
    mkdirSync(folder, { recursive: true });
    writeFileSync(marker, "");
    process.kill(process.pid, "SIGKILL");
    // The signal is delivered before this promise could settle; nothing after the point may run.
    await new Promise(() => undefined);
  };
}
