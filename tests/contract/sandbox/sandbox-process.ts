import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Readable } from "node:stream";
import { z } from "zod";

const place = z.object({ url: z.string() });
const access = z.object({
  control: place,
  gitlab: place.optional(),
  jenkins: place.optional(),
  registry: place.optional(),
  kubernetes: place.optional(),
  edge: place.optional(),
});
/** What sandbox.json says, as far as addresses go. */
export type Access = z.infer<typeof access>;

/** `node sandbox/main.ts` as it is started by people, on free ports. */
export function spawnSandbox(
  home: string,
  variables: Record<string, string>,
): ChildProcess & { stdout: Readable; stderr: Readable } {
  const fixed = { NODE_OPTIONS: "", KEPLER_HOME: home, KEPLER_SANDBOX_PORT_BASE: "0", LOG_LEVEL: "warn" };
  return spawn(process.execPath, ["sandbox/main.ts"], {
    env: { ...process.env, ...fixed, ...variables },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** Starts one, waits until it is ready, and stops it after `work`. */
export async function withSandbox(
  home: string,
  variables: Record<string, string>,
  work: (access: Access) => Promise<void>,
): Promise<void> {
  const child = spawnSandbox(home, variables);
  const ended = once(child, "exit");
  child.stderr.pipe(process.stderr);
  try {
    const [said] = (await Promise.race([once(child.stdout, "data"), ended])) as [unknown];
    if (!String(said).includes('"sandbox":"ready"')) throw new Error(`the sandbox did not start: ${String(said)}`);
    await work(access.parse(JSON.parse(await readFile(join(home, "sandbox.json"), "utf8"))));
  } finally {
    if (child.exitCode === null) child.kill("SIGTERM");
    await ended;
  }
}
