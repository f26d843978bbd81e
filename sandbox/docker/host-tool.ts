// A compiler's name on the PATH of a RUN command leads here: `node host-tool.ts <notes> <host PATH> <tool> args…`.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, appendFileSync, constants, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { COMPILERS } from "./host-tools.ts";

const [notes = "", hostPath = "", tool = "", ...args] = process.argv.slice(2);
const changesTheHost = /^(python3?.* -m pip |npm .*(-g|--global)( |$)|yarn global |pnpm .*-g )/;
const TAIL_BYTES = 64 * 1024;

process.exitCode = await run();

async function run(): Promise<number> {
  if (changesTheHost.test([tool, ...args].join(" "))) {
    process.stdout.write(`sandbox: not run, it would change this machine; skipped: ${tool} ${args.join(" ")}\n`);
    return 0;
  }
  const compiler = COMPILERS[tool];
  const program = findProgram(tool);
  if (compiler === undefined || program === undefined) return standIn("this host has no such tool");
  const settings = Object.entries(compiler.env).map(([name, value]) => `${name}=${value}`);
  const child = spawn("/usr/bin/env", [...settings, program, ...compiler.leading, ...args], {
    stdio: ["inherit", "pipe", "pipe"],
  });
  let tail = "";
  const pass = (chunk: Buffer, to: NodeJS.WriteStream) => {
    tail = (tail + chunk.toString()).slice(-TAIL_BYTES);
    to.write(chunk);
  };
  child.stdout.on("data", (chunk: Buffer) => pass(chunk, process.stdout));
  child.stderr.on("data", (chunk: Buffer) => pass(chunk, process.stderr));
  const [code] = (await once(child, "close")) as [number | null];
  if (code === 0) return 0;
  return compiler.hostCannot.test(tail)
    ? standIn("this host cannot run it without the network or with this version")
    : (code ?? 1);
}

/** Says what is missing, leaves an empty artefact where `-o` asked for one, and lets the stage go on. */
function standIn(reason: string): number {
  process.stdout.write(
    `sandbox: ${tool} ${args.join(" ")}: ${reason}; the build goes on with a stand-in for what it makes\n`,
  );
  appendFileSync(notes, `${tool}: ${reason}\n`);
  const output = args[args.indexOf("-o") + 1];
  if (args.includes("-o") && output !== undefined && !existsSync(output)) {
    mkdirSync(dirname(output), { recursive: true });
    writeFileSync(
      output,
      `#!/bin/sh\necho "stand-in: ${tool} could not run where this image was built" >&2\nexit 127\n`,
      { mode: 0o755 },
    );
  }
  return 0;
}

function findProgram(name: string): string | undefined {
  return hostPath
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}
