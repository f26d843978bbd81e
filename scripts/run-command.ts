import { spawn } from "node:child_process";

export type CommandResult = { exitCode: number; durationMs: number };

/**
 * Runs a program with our output as its own; resolves with its exit code (128 + signal when killed), never rejects.
 * A signal that should end us ends the program; we go on, to clear up and say what became of it.
 */
export function runCommand(
  command: string,
  args: string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<CommandResult> {
  const startedAt = performance.now();
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: "inherit", env });
    const passOn = (signal: NodeJS.Signals) => void child.kill(signal);
    process.on("SIGINT", passOn).on("SIGTERM", passOn);
    const finish = (exitCode: number) => {
      process.off("SIGINT", passOn).off("SIGTERM", passOn);
      resolve({ exitCode, durationMs: performance.now() - startedAt });
    };
    child.on("error", (error) => {
      console.error(`${command}: ${error.message}`);
      finish(127);
    });
    child.on("exit", (code, signal) => finish(code ?? (signal ? 128 : 1)));
  });
}
