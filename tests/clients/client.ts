import { execFile, spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe } from "vitest";

/** A program that nobody here wrote and that drives the sandbox. */
export interface ClientSpec {
  /** As a person calls it: "skopeo", "python-gitlab". */
  name: string;
  /** Environment variable that names the program; it alone counts when it is set. */
  variable: string;
  /** Where it may be otherwise, in order: names in PATH, or paths. */
  programs: string[];
  /** Arguments with which it succeeds when it is whole and of the wanted version. */
  probe: string[];
  /** What a probe that succeeded must have printed, for example a version. */
  prints?: RegExp;
}

export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  env?: Record<string, string>;
  cwd?: string;
  input?: string;
  /** A longer run is killed and fails the test. */
  timeoutMs?: number;
}

export interface Client {
  /** Path or name of the program, for what `run` and `ok` do not cover (a watch, a terminal). */
  program: string;
  /** A folder of this file's own, removed at its end; also the client's home, so that no setting of the machine leaks in. */
  folder(): string;
  /** Runs it to its end, whatever its exit code. */
  run(args: string[], options?: RunOptions): Promise<Ran>;
  /** The same, and what it printed; a failure is thrown with the client's own words. */
  ok(args: string[], options?: RunOptions): Promise<string>;
}

/**
 * `describe` for the tests of one client. Where the client is not installed the whole of it is skipped, and the run says
 * which client is missing and how to name it.
 */
export function describeClient(spec: ClientSpec, body: (client: Client) => void): void {
  const program = find(spec);
  if (program === undefined) {
    const why = `${spec.name} is not installed (looked for ${spec.programs.join(", ")}; or set ${spec.variable})`;
    process.stderr.write(`skipped: ${why}\n`);
    describe.skip(why, () => body(createClient(spec.name, () => "")));
    return;
  }
  describe(`${spec.name} (${program})`, () => {
    let folder = "";
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), "kepler-client-"));
    });
    afterAll(() => rm(folder, { recursive: true, force: true }));
    body(createClient(program, () => folder));
  });
}

function find({ variable, programs, probe, prints }: ClientSpec): string | undefined {
  const named = process.env[variable];
  return (named ? [named] : programs).find((program) => {
    const { status, stdout } = spawnSync(program, probe, { encoding: "utf8", timeout: 20_000 });
    return status === 0 && (prints?.test(stdout) ?? true);
  });
}

function createClient(program: string, folder: () => string): Client {
  const { PATH, NODE_ENV } = process.env;
  const run = (args: string[], { env = {}, cwd, input = "", timeoutMs = 60_000 }: RunOptions = {}): Promise<Ran> =>
    new Promise((resolve, reject) => {
      const child = execFile(
        program,
        args,
        {
          cwd: cwd ?? folder(),
          env: { PATH, NODE_ENV, HOME: folder(), LC_ALL: "C.UTF-8", ...env },
          timeout: timeoutMs,
          maxBuffer: 64 * 1024 * 1024,
        },
        (error, stdout, stderr) => {
          if (error?.killed) reject(new Error(`${said(program, args)} did not end in ${timeoutMs} ms\n${stderr}`));
          else if (error && typeof error.code !== "number") reject(error);
          else resolve({ code: typeof error?.code === "number" ? error.code : 0, stdout, stderr });
        },
      );
      // It may end without having read all of it.
      child.stdin?.on("error", () => undefined).end(input);
    });
  return {
    program,
    folder,
    run,
    ok: async (args, options) => {
      const { code, stdout, stderr } = await run(args, options);
      if (code !== 0) throw new Error(`${said(program, args)} ended with ${code}\n${stdout}${stderr}`);
      return stdout;
    },
  };
}

const said = (program: string, args: string[]): string => [program, ...args].join(" ").slice(0, 300);
