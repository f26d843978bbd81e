import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { BuildError } from "./build-error.ts";
import { heredocs, jsonForm } from "./dockerfile.ts";
import { mapCommandPaths, mapValuePaths, type PathMapping } from "./image-paths.ts";
import { processEnvironment } from "./process-environment.ts";
import { resolveInRoot } from "./rootfs-path.ts";

export type RunStep = {
  text: string;
  root: string;
  workdir: string;
  shell: string[];
  /** ENV and ARG of the stage. */
  env: Map<string, string>;
  /** Folder of the programs that stand before the host's own. */
  tools: string;
  host: { path: string; home: string };
  onOutput: (chunk: Buffer) => void;
};

/** Runs one RUN instruction as a process of this machine, confined to the root by its paths. Throws {@link BuildError}. */
export async function runStep(step: RunStep): Promise<void> {
  const mapping: PathMapping = {
    root: step.root,
    isHostProgram: (path) => existsSync(path) && !existsSync(join(step.root, path)),
  };
  const cwd = await resolveInRoot(step.root, step.workdir);
  await mkdir(cwd, { recursive: true });
  const [program = "/bin/sh", ...args] = commandLine(step, mapping);
  const child = spawn(program, args, {
    cwd,
    env: processEnvironment(environment(step, mapping)),
    stdio: ["ignore", "pipe", "pipe"],
  });
  child.stdout?.on("data", step.onOutput);
  child.stderr?.on("data", step.onOutput);
  const exitCode = await exitOf(child);
  if (exitCode !== 0) {
    throw new BuildError(
      `process "${[...step.shell, step.text].join(" ")}" did not complete successfully: exit code: ${exitCode}`,
      exitCode,
    );
  }
}

function commandLine(step: RunStep, mapping: PathMapping): string[] {
  const words = jsonForm(step.text);
  if (words !== undefined)
    return words.map((word, i) => (i === 0 ? mapCommandPaths(word, mapping) : mapValuePaths(word, mapping)));
  const { command, bodies } = heredocs(step.text);
  const isScript = /^<<-?["']?\w+["']?\s*$/.test(command);
  const script = isScript ? (bodies[0]?.body ?? "") : step.text;
  const shell = step.shell.map((word) => (/\/bash$/.test(word) && !existsSync(word) ? "/bin/sh" : word));
  return [...shell, mapCommandPaths(script, mapping)];
}

/** Nothing of the caller's environment but PATH and HOME: a pipeline's secrets are no build's business. */
function environment(step: RunStep, mapping: PathMapping): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of step.env) env[name] = mapValuePaths(value, mapping);
  const imagePath = (step.env.get("PATH") ?? "").split(":").filter((folder) => folder.startsWith("/"));
  const inImage = imagePath.map((folder) => step.root + folder).filter((folder) => existsSync(folder));
  // The image's tools are not there; the host's own find their homes by themselves.
  for (const name of ["GOPATH", "GOROOT", "JAVA_HOME", "MAVEN_HOME"]) delete env[name];
  return {
    ...env,
    GOBIN: join(step.root, "go/bin"),
    HOME: step.host.home,
    KEPLER_ROOTFS: step.root,
    PATH: [step.tools, ...inImage, step.host.path].join(":"),
  };
}

function exitOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    child.on("error", () => resolve(127));
    child.on("close", (code, signal) => resolve(code ?? (signal === "SIGKILL" ? 137 : 143)));
  });
}
