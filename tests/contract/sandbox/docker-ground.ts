import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { extract } from "tar-stream";
import { z } from "zod";

const SHIM = join(import.meta.dirname, "../../../sandbox/jenkins/bin/docker");
const inspected = z.tuple([
  z.object({
    Id: z.string(),
    Config: z.looseObject({ Labels: z.record(z.string(), z.string()) }),
    RootFS: z.object({ Layers: z.array(z.string()) }),
  }),
]);

export type Docker = {
  home: string;
  /** Runs the agent's `docker`, as a shell step does. */
  run(
    args: string[],
    options?: { cwd?: string; hostPath?: string },
  ): Promise<{ exitCode: number; stdout: string; stderr: string }>;
  /** Writes files (a Dockerfile among them) into a new folder and builds it. */
  build(
    files: Record<string, string>,
    args?: string[],
    options?: { hostPath?: string },
  ): Promise<{ exitCode: number; stdout: string; stderr: string; context: string }>;
  inspect(name: string): Promise<z.infer<typeof inspected>[0]>;
  remove(): Promise<void>;
};

export async function setUpDocker(): Promise<Docker> {
  const home = await mkdtemp(join(tmpdir(), "kepler-docker-"));
  const run: Docker["run"] = (args, options = {}) =>
    new Promise((resolve) => {
      const env = {
        NODE_ENV: "test" as const,
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        DOCKER_CONFIG: join(home, "config"),
        KEPLER_NODE: process.execPath,
        KEPLER_HOST_PATH: options.hostPath ?? process.env.PATH,
        KEPLER_DOCKER_STORE: join(home, "store"),
        KEPLER_DOCKER_SCRATCH: join(home, "scratch"),
        SECRET_OF_THE_AGENT: "not for builds",
      };
      const child = execFile(SHIM, args, { cwd: options.cwd ?? home, env }, (_error, stdout, stderr) => {
        resolve({ exitCode: child.exitCode ?? -1, stdout, stderr });
      });
    });
  return {
    home,
    run,
    build: async (files, args = [], options = {}) => {
      const context = await mkdtemp(join(home, "context-"));
      for (const [name, content] of Object.entries(files)) {
        await mkdir(dirname(join(context, name)), { recursive: true });
        await writeFile(join(context, name), content);
      }
      const ended = await run(["build", "--progress", "plain", ...args, "."], { cwd: context, ...options });
      return { ...ended, context };
    },
    inspect: async (name) => {
      const { stdout, stderr } = await run(["inspect", name]);
      if (stdout === "") throw new Error(stderr);
      return inspected.parse(JSON.parse(stdout))[0];
    },
    remove: () => rm(home, { recursive: true, force: true }),
  };
}

/** Names and contents of a gzipped layer; folders end with a slash. */
export async function readLayer(
  bytes: Buffer,
): Promise<Map<string, { content: string; mtime: number; linkname: string | null }>> {
  const entries = new Map<string, { content: string; mtime: number; linkname: string | null }>();
  const tar = extract();
  tar.end(gunzipSync(bytes));
  for await (const entry of tar) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry) chunks.push(chunk as Buffer);
    const { name, mtime, linkname } = entry.header;
    entries.set(name, {
      content: Buffer.concat(chunks).toString(),
      mtime: mtime?.getTime() ?? -1,
      linkname: linkname ?? null,
    });
  }
  return entries;
}
