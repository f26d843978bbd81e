import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { type Output, runChild } from "./child.ts";
import { StartError } from "./settings.ts";

/** Everything that the production build is made from. */
const SOURCES = [
  "app",
  "components",
  "lib",
  "public",
  "prisma/schema",
  "next.config.ts",
  "proxy.ts",
  "instrumentation.ts",
  "package-lock.json",
  "tsconfig.json",
];
const NOT_SOURCES = new Set(["generated", "node_modules"]);
/** Next writes it last. */
const BUILD_ID = ".next/BUILD_ID";
const STAMP = ".next/kepler-sources";
const LOCK = ".next-building";

/** Next's command line, as node runs it. */
export const nextCommand = (): string => createRequire(import.meta.url).resolve("next/dist/bin/next");

/** Builds the web part unless the last build was made from the same sources, byte for byte. */
export async function buildWeb(env: NodeJS.ProcessEnv, output: Output): Promise<void> {
  const wanted = digestOf(SOURCES);
  await takeTurn();
  const startedAt = performance.now();
  try {
    if (existsSync(BUILD_ID) && existsSync(STAMP) && readFileSync(STAMP, "utf8") === wanted) return;
    output.say("Building the web part (the first start, or the sources have changed): about half a minute …");
    rmSync(STAMP, { force: true });
    await runChild({ name: "build", args: [nextCommand(), "build"], env }, output).catch((error: unknown) => {
      throw new StartError(`the web part cannot be built: ${error instanceof Error ? error.message : error}`);
    });
    if (!existsSync(BUILD_ID)) throw new StartError("the web part was not built: see logs/build.log in KEPLER_HOME");
    writeFileSync(STAMP, wanted);
  } finally {
    rmSync(LOCK, { force: true });
  }
  output.say(`Built in ${((performance.now() - startedAt) / 1000).toFixed(0)} s.`);
}

/** Two starts of one checkout (with homes of their own) share its build: whoever makes the file first may build. */
async function takeTurn(): Promise<void> {
  for (;;) {
    try {
      writeFileSync(LOCK, String(process.pid), { flag: "wx" });
      return;
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    }
    if (isAbandoned()) rmSync(LOCK, { force: true });
    else await new Promise((tick) => setTimeout(tick, 250));
  }
}

/** A lock whose owner was killed; one without a pid is just being written. */
function isAbandoned(): boolean {
  const pid = existsSync(LOCK) ? readFileSync(LOCK, "utf8") : "";
  return pid !== "" && !isAlive(Number(pid));
}

function isAlive(pid: number): boolean {
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch {
    return false;
  }
}

function digestOf(paths: string[]): string {
  const hash = createHash("sha256");
  const add = (path: string) => {
    hash.update(path).update("\0").update(readFileSync(path)).update("\0");
  };
  for (const path of paths) for (const file of filesIn(path)) add(file);
  return hash.digest("hex");
}

function filesIn(path: string): string[] {
  if (!existsSync(path)) return [];
  try {
    const entries = readdirSync(path, { withFileTypes: true });
    return entries
      .filter((entry) => !NOT_SOURCES.has(entry.name))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .flatMap((entry) => (entry.isDirectory() ? filesIn(join(path, entry.name)) : [join(path, entry.name)]));
  } catch {
    return [path];
  }
}
