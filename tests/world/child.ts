import { type ChildProcess, spawn } from "node:child_process";
import { type Readable } from "node:stream";
import { COMPILE_CACHE } from "#scripts/start/compile-cache";

const PRELOAD = new URL("../../scripts/start/exit-with-parent.ts", import.meta.url).href;

/** A node process that does not outlive the test that started it, however that ends. */
export function startChild(
  args: string[],
  env: Record<string, string>,
): ChildProcess & { stdout: Readable; stderr: Readable } {
  const child = spawn(process.execPath, ["--import", PRELOAD, ...args], {
    env: { ...process.env, ...COMPILE_CACHE, NODE_OPTIONS: "", ...env, KEPLER_START_PID: String(process.pid) },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new TypeError("a child whose output is piped has none");
  return Object.assign(child, { stdout, stderr });
}
