import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Never run on this machine: they would change it. The host's own programs stand for what they install. */
const SKIPPED =
  "apk apt apt-get aptitude dpkg yum dnf microdnf tdnf zypper pacman pip pip3 addgroup adduser groupadd useradd usermod deluser passwd chown chgrp setcap update-ca-certificates ldconfig locale-gen corepack systemctl".split(
    " ",
  );

export type Compiler = {
  /** Put before the caller's arguments: keep off the network. */
  leading: string[];
  env: Record<string, string>;
  /** Output that means "this host cannot do it" (no network, wrong version), not "the program is wrong". */
  hostCannot: RegExp;
};

const NO_NETWORK =
  /no such host|dial tcp|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH|network is unreachable|Could not resolve host/i;
const MAVEN =
  /in offline mode|has not been downloaded from it before|Could not (transfer|resolve|find) artifact|UnknownHostException|release version \d+ not supported|invalid target release|Unsupported class file/i;
const npm = {
  npm_config_audit: "false",
  npm_config_fund: "false",
  npm_config_update_notifier: "false",
  npm_config_fetch_retries: "0",
};

/** Tools that make the artefact. They run when the host has them; else the stage continues with a stand-in. */
export const COMPILERS: Record<string, Compiler> = {
  go: {
    leading: [],
    env: { GOTOOLCHAIN: "local", GOFLAGS: "-buildvcs=false" },
    hostCannot: new RegExp(`${NO_NETWORK.source}|requires go >=|toolchain not available|GOPROXY`, "i"),
  },
  mvn: { leading: ["--offline", "--batch-mode"], env: {}, hostCannot: MAVEN },
  gradle: {
    leading: ["--offline", "--no-daemon"],
    env: {},
    hostCannot: new RegExp(`offline mode|${MAVEN.source}`, "i"),
  },
  javac: { leading: [], env: {}, hostCannot: /release version \d+ not supported|invalid target release/i },
  jar: { leading: [], env: {}, hostCannot: /^$/ },
  npm: { leading: [], env: npm, hostCannot: NO_NETWORK },
  npx: { leading: [], env: npm, hostCannot: NO_NETWORK },
  yarn: { leading: [], env: {}, hostCannot: NO_NETWORK },
  pnpm: { leading: [], env: {}, hostCannot: NO_NETWORK },
  cargo: { leading: ["--offline"], env: {}, hostCannot: /offline|no matching package/i },
  dotnet: { leading: [], env: {}, hostCannot: new RegExp(`${NO_NETWORK.source}|NU1301|NETSDK1045`, "i") },
  python: { leading: [], env: {}, hostCannot: /No module named/ },
  python3: { leading: [], env: {}, hostCannot: /No module named/ },
  gcc: { leading: [], env: {}, hostCannot: /^$/ },
  make: { leading: [], env: {}, hostCannot: /^$/ },
};

/**
 * Writes the programs that come first on a RUN command's PATH. `notes` is the file to which a tool appends one line
 * when what it should have made is not really there.
 */
export async function writeHostTools(
  folder: string,
  options: { node: string; hostPath: string; notes: string },
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const runner = fileURLToPath(new URL("./host-tool.ts", import.meta.url));
  const write = async (name: string, line: string) => {
    await writeFile(join(folder, name), `#!/bin/sh\n${line}\n`);
    await chmod(join(folder, name), 0o755);
  };
  for (const name of SKIPPED) {
    await write(name, `echo "sandbox: ${name} is not run, it would change this machine; skipped: ${name} $*"`);
  }
  for (const name of Object.keys(COMPILERS)) {
    const words = [options.node, runner, options.notes, options.hostPath, name].map(quote).join(" ");
    await write(name, `exec ${words} "$@"`);
  }
}

/** One word of a POSIX shell command. */
export function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
