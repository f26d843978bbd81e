import { mkdir, rm } from "node:fs/promises";
import { resolve } from "node:path";
import { runShell } from "../shell.ts";
import { bindCredentials } from "./credentials.ts";
import { flagArgument, noSuchMethod, textArgument, textOf } from "./evaluate.ts";
import { Interrupted, type RunGround, type Scope, StepFailure } from "./run-state.ts";
import { type Call } from "./syntax-tree.ts";

/** Runs steps in order; the first that fails ends them with {@link StepFailure} or {@link Interrupted}. */
export async function runSteps(steps: Call[], scope: Scope, ground: RunGround): Promise<void> {
  for (const step of steps) {
    if (scope.interrupt.aborted) throw new Interrupted();
    ground.log.line(`[Pipeline] ${step.name}`);
    await (step.body === undefined ? recorded(step, scope, ground) : runStep(step, scope, ground));
  }
}

/** Blocks are not written down, the steps in them are. */
async function recorded(step: Call, scope: Scope, ground: RunGround): Promise<void> {
  const ended = scope.record(step.name);
  try {
    await runStep(step, scope, ground);
    ended("SUCCESS");
  } catch (error) {
    ended(error instanceof Interrupted ? "ABORTED" : "FAILED");
    throw error;
  }
}

async function runStep(step: Call, scope: Scope, ground: RunGround): Promise<void> {
  const { log } = ground;
  switch (step.name) {
    case "echo":
      log.line(textArgument(step, "message", scope, ground));
      return;
    case "error":
      throw new StepFailure(textArgument(step, "message", scope, ground));
    case "sh":
      return sh(step, scope, ground);
    case "sleep":
      return pause(Number(textArgument(step, "time", scope, ground)), scope.interrupt);
    case "deleteDir":
      await rm(scope.cwd, { recursive: true, force: true });
      await mkdir(scope.cwd, { recursive: true });
      return;
    case "withCredentials":
      return block(step, { ...scope, env: { ...scope.env, ...bindCredentials(step, scope, ground) } }, ground);
    case "withEnv":
      return block(step, { ...scope, env: { ...scope.env, ...environmentList(step, scope, ground) } }, ground);
    case "dir":
      return block(step, { ...scope, cwd: resolve(scope.cwd, textArgument(step, "path", scope, ground)) }, ground);
    case "script":
    case "timeout":
    case "timestamps":
      return block(step, scope, ground);
    default:
      throw new StepFailure(noSuchMethod(step.name));
  }
}

async function block(step: Call, scope: Scope, ground: RunGround): Promise<void> {
  ground.log.line("[Pipeline] {");
  try {
    await runSteps(step.body ?? [], scope, ground);
  } finally {
    ground.log.line("[Pipeline] }");
    ground.log.line(`[Pipeline] // ${step.name}`);
  }
}

async function sh(step: Call, scope: Scope, ground: RunGround): Promise<void> {
  const { exitCode } = await runShell({
    script: textArgument(step, "script", scope, ground),
    cwd: scope.cwd,
    scratch: `${ground.workspace}@tmp`,
    env: { ...scope.env, PWD: scope.cwd },
    onOutput: ground.log.sink(),
    captureStdout: flagArgument(step, "returnStdout"),
    signal: scope.interrupt,
  });
  ground.log.endLine();
  if (scope.interrupt.aborted) {
    ground.log.line("Terminated");
    throw new Interrupted();
  }
  if (exitCode !== 0 && !flagArgument(step, "returnStatus"))
    throw new StepFailure(`script returned exit code ${exitCode}`);
}

function environmentList(step: Call, scope: Scope, ground: RunGround): Record<string, string> {
  const [list] = step.positional;
  const entries = list?.kind === "list" ? list.items.map((item) => textOf(item, scope, ground)) : [];
  return Object.fromEntries(
    entries.map((entry) => [entry.slice(0, entry.indexOf("=")), entry.slice(entry.indexOf("=") + 1)]),
  );
}

async function pause(seconds: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((done) => {
    const timer = setTimeout(done, seconds * 1000);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      done();
    });
  });
  if (signal.aborted) throw new Interrupted();
}
