import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chownSync,
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { nameWithin, ownFolder, type Place, placePostgres } from "./postgres-place.ts";

type Options = { data: string; port: number; password: string; flags?: string[] };
export type LocalPostgres = {
  url: string;
  pid: number;
  /** Settles when the server has ended, with the last lines that it said. */
  exited: Promise<string>;
  /** Fast shutdown: open transactions are rolled back, nothing is lost. */
  stop(): Promise<void>;
};

const USER = "kepler";
const STOP_WITHIN_MS = 10_000;
const START_WITHIN_MS = 30_000;

/**
 * Starts the Postgres that came with `npm ci`, on loopback TCP with a password, its data in `data` (made if missing).
 * A server that an earlier, killed start left on the same data is stopped first. Throws with Postgres' own last words.
 */
export async function startPostgres(options: Options): Promise<LocalPostgres> {
  const data = resolve(options.data);
  await stopLeftover(data);
  const place = placePostgres();
  try {
    if (!existsSync(join(data, "PG_VERSION"))) await initialise(place, data, options.password);
    return await serve(place, data, options);
  } catch (error) {
    place.leave();
    // A person is told of the folder by the name that they know.
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(reason.replaceAll(nameWithin(place.runAs, data), data), { cause: error });
  }
}

async function serve(place: Place, data: string, { port, password, flags = [] }: Options): Promise<LocalPostgres> {
  const server = spawn(
    join(place.bin, "postgres"),
    [
      "-D",
      nameWithin(place.runAs, data),
      "-p",
      String(port),
      "-c",
      "listen_addresses=127.0.0.1",
      "-c",
      "unix_socket_directories=",
      ...flags,
    ],
    // A group of its own: Ctrl-C in the terminal must not reach it before those that still write to it.
    { ...place.runAs, cwd: data, stdio: ["ignore", "ignore", "pipe"], detached: true, env: cleanEnv() },
  );
  const { pid } = await untilReady(server);
  server.once("close", place.leave);
  return {
    url: `postgres://${USER}:${password}@127.0.0.1:${port}/postgres`,
    pid,
    exited: once(server, "close").then(([, signal]) => String(signal ?? lastWords(server))),
    stop: () => end(server),
  };
}

/** Made beside and moved into place, so that a kill in the middle leaves no half of a database. */
async function initialise({ runAs, bin }: Place, data: string, password: string): Promise<void> {
  const fresh = `${data}.new`;
  const passwordFile = `${data}.password`;
  try {
    rmSync(fresh, { recursive: true, force: true });
    ownFolder(fresh, runAs);
    writeFileSync(passwordFile, password, { mode: 0o600 });
    if (runAs !== undefined) chownSync(passwordFile, runAs.uid, runAs.gid);
    const standardInput = openSync(passwordFile, "r");
    const initdb = spawn(
      join(bin, "initdb"),
      [
        ...["-D", nameWithin(runAs, fresh), "-U", USER, "-A", "scram-sha-256", "--pwfile=/dev/stdin"],
        ...["--encoding=UTF8", "--locale=C.UTF-8"],
      ],
      { ...runAs, cwd: fresh, stdio: [standardInput, "ignore", "pipe"], env: cleanEnv() },
    );
    closeSync(standardInput);
    remember(initdb);
    const [code] = await once(initdb, "close");
    if (code !== 0) throw new Error(lastWords(initdb));
    renameSync(fresh, data);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`could not create the database folder ${data}: ${reason}`, { cause });
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

function untilReady(server: ChildProcess): Promise<{ pid: number }> {
  const said = remember(server);
  const { promise, resolve, reject } = Promise.withResolvers<{ pid: number }>();
  const fail = (why: string) => reject(new Error(`Postgres did not start: ${why}`));
  const timer = setTimeout(() => fail(`no answer in ${START_WITHIN_MS / 1000} s`), START_WITHIN_MS);
  server.stderr?.on("data", () => {
    if (server.pid !== undefined && said().includes("ready to accept connections")) resolve({ pid: server.pid });
  });
  server.on("error", (error) => fail(error.message));
  server.on("close", () => fail(lastWords(server)));
  return promise.finally(() => clearTimeout(timer));
}

/** What a server that was left behind by a killed start holds: its pid is the first line of postmaster.pid. */
async function stopLeftover(data: string): Promise<void> {
  const pidFile = join(data, "postmaster.pid");
  if (!existsSync(pidFile)) return;
  const pid = Number.parseInt(readFileSync(pidFile, "utf8"), 10);
  // The number may have gone to a stranger since: only a process that serves our folder is ours to stop.
  if (!Number.isInteger(pid) || !serves(pid, data)) return;
  process.kill(pid, "SIGINT");
  const deadline = Date.now() + STOP_WITHIN_MS;
  while (serves(pid, data)) {
    if (Date.now() > deadline) process.kill(pid, "SIGKILL");
    await new Promise((tick) => setTimeout(tick, 50));
  }
}

/** Postgres works in its data folder. False for a process that has ended, a zombie included. */
function serves(pid: number, data: string): boolean {
  if (process.platform !== "linux") {
    return spawnSync("ps", ["-o", "command=", "-p", String(pid)])
      .stdout.toString()
      .includes(data);
  }
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(data);
  } catch {
    return false;
  }
}

async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const closed = once(server, "close");
  server.kill("SIGINT");
  const killer = setTimeout(() => server.kill("SIGQUIT"), STOP_WITHIN_MS);
  await closed;
  clearTimeout(killer);
}

const MAX_REMEMBERED = 20_000;
const words = new WeakMap<ChildProcess, string>();
function remember(child: ChildProcess): () => string {
  words.set(child, "");
  child.stderr?.on("data", (data: Buffer) => words.set(child, `${words.get(child)}${data}`.slice(-MAX_REMEMBERED)));
  return () => words.get(child) ?? "";
}

/** The complaint itself, without its time stamp. */
function lastWords(child: ChildProcess): string {
  const lines = (words.get(child) ?? "").trim().split("\n");
  const complaints = lines.filter((line) => /FATAL|PANIC|error:/.test(line));
  return (complaints.length > 0 ? complaints : lines)
    .slice(-1)
    .map((line) => line.replace(/^.*? (?=FATAL|PANIC)/, ""))
    .join(" ");
}

/** Postgres reads PG* variables; ours must not steer it. */
function cleanEnv(): NodeJS.ProcessEnv {
  const ours = Object.entries(process.env).filter(([name]) => !name.startsWith("PG"));
  return { ...Object.fromEntries(ours), NODE_ENV: process.env.NODE_ENV };
}
