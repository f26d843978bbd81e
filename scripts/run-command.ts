import { spawn } from "node:child_process";

export type CommandResult = { exitCode: number; durationMs: number };

/** Runs a program with our output as its own; resolves with its exit code (128 + signal when killed), never rejects. */
export function runCommand(
  command: string,
  args: string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<CommandResult> {
  const startedAt = performance.now();
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: "inherit", env });
    const finish = (exitCode: number) => resolve({ exitCode, durationMs: performance.now() - startedAt });
    child.on("error", (error) => {
      console.error(`${command}: ${error.message}`);
      finish(127);
    });
    child.on("exit", (code, signal) => finish(code ?? (signal ? 128 : 1)));
  });
}
