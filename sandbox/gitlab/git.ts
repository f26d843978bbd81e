import { spawn } from "node:child_process";
import { gitEnvironment } from "../env.ts";

export interface GitResult {
  exitCode: number;
  stdout: Buffer;
  stderr: string;
}

interface GitOptions {
  stdin?: string | Buffer;
  env?: Record<string, string>;
}

/** Runs `git` in a repository and waits for its end; a user's own git configuration has no say in it. */
export function tryGit(repository: string, args: string[], { stdin, env }: GitOptions = {}): Promise<GitResult> {
  return new Promise((resolve, reject) => {
    const child = spawn("git", args, { cwd: repository, env: gitEnvironment(env) });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
    child.on("error", reject);
    child.on("close", (code) =>
      resolve({ exitCode: code ?? -1, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString("utf8") }),
    );
    child.stdin.on("error", () => undefined);
    child.stdin.end(stdin);
  });
}

/** The same for a command that must succeed; gives its standard output. */
export async function gitBytes(repository: string, args: string[], options?: GitOptions): Promise<Buffer> {
  const result = await tryGit(repository, args, options);
  if (result.exitCode !== 0) throw new Error(`git ${args[0]} ended with ${result.exitCode}: ${result.stderr.trim()}`);
  return result.stdout;
}

export const git = async (repository: string, args: string[], options?: GitOptions): Promise<string> =>
  (await gitBytes(repository, args, options)).toString("utf8");
