import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Place, placePostgres } from "./postgres-place.ts";

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
export async function startPostgres({ data, port, password, flags = [] }: Options): Promise<LocalPostgres> {
  const place = placePostgres(data);
  await stopLeftover(place.data);
  if (!existsSync(join(place.data, "PG_VERSION"))) await initialise(place, password);
  const server = spawn(
    join(place.bin, "postgres"),
    [
      "-D",
      place.data,
      "-p",
      String(port),
      "-c",
      "listen_addresses=127.0.0.1",
      "-c",
      "unix_socket_directories=",
      ...flags,
    ],
    // A group of its own: Ctrl-C in the terminal must not reach it before those that still write to it.
    { ...place.runAs, stdio: ["ignore", "ignore", "pipe"], detached: true, env: cleanEnv() },
  );
  const { pid } = await untilReady(server);
  return {
    url: `postgres://${USER}:${password}@127.0.0.1:${port}/postgres`,
    pid,
    exited: once(server, "close").then(([, signal]) => String(signal ?? lastWords(server))),
    stop: () => end(server),
  };
}

/** Made beside and moved into place, so that a kill in the middle leaves no half of a database. */
async function initialise({ runAs, bin, data }: Place, password: string): Promise<void> {
  const fresh = `${data}.new`;
  const passwordFile = `${data}.password`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { mode: 0o700 });
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (runAs !== undefined) for (const path of [fresh, passwordFile]) chownSync(path, runAs.uid, runAs.gid);
  try {
    const initdb = spawn(
      join(bin, "initdb"),
      ["-D", fresh, "-U", USER, "-A", "scram-sha-256", "--pwfile", passwordFile, "--encoding=UTF8", "--locale=C.UTF-8"],
      { ...runAs, stdio: ["ignore", "ignore", "pipe"], env: cleanEnv() },
    );
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
  // The number may have gone to a stranger since: only a process that names our folder is ours to stop.
  if (!Number.isInteger(pid) || !commandLine(pid).includes(data)) return;
  process.kill(pid, "SIGINT");
  const deadline = Date.now() + STOP_WITHIN_MS;
  while (commandLine(pid).includes(data)) {
    if (Date.now() > deadline) process.kill(pid, "SIGKILL");
    await new Promise((tick) => setTimeout(tick, 50));
  }
}

/** Empty for a process that has ended, a zombie included. */
function commandLine(pid: number): string {
  if (process.platform !== "linux") return spawnSync("ps", ["-o", "command=", "-p", String(pid)]).stdout.toString();
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
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
