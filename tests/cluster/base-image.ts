import { execFile } from "node:child_process";
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { pushImage } from "#tests/world/push-image";

const run = promisify(execFile);
const BUSYBOX = "/bin/busybox";

/** What the tests' pods stand on: a shell (Debian's static busybox) and this Node.js with the libraries that it loads. */
const REPOSITORY = "library/node";
const TAG = "22-alpine";
/** Its name without the registry's host: what the Node.js sample's Dockerfile stands on, so that its FROM finds it. */
export const BASE_IMAGE = `${REPOSITORY}:${TAG}`;

/** Makes that image by hand and pushes it. */
export async function pushBaseImage(registryUrl: string): Promise<void> {
  const files = await archive();
  await pushImage({ url: registryUrl }, REPOSITORY, TAG, {
    files,
    config: { Env: ["PATH=/usr/local/bin:/usr/bin:/bin"], Cmd: ["sleep", "infinity"] },
  });
}

async function archive(): Promise<{ tar: Buffer; gzipped: Buffer }> {
  const root = await mkdtemp(join(tmpdir(), "kepler-base-image-"));
  try {
    for (const folder of ["bin", "etc", "home/node", "tmp", "usr/local/bin"])
      await mkdir(join(root, folder), { recursive: true });
    await writeFile(join(root, "etc/passwd"), "root:x:0:0:root:/root:/bin/sh\nnode:x:1000:1000::/home/node:/bin/sh\n");
    await writeFile(join(root, "etc/group"), "root:x:0:\nnode:x:1000:\n");
    await copyFile(BUSYBOX, join(root, "bin/busybox"));
    const { stdout: applets } = await run(BUSYBOX, ["--list"]);
    for (const applet of applets.split("\n").filter((name) => name !== "" && name !== "busybox"))
      await symlink("busybox", join(root, "bin", applet));
    for (const file of [process.execPath, ...(await librariesOf(process.execPath))]) await copyInto(root, file);
    const { stdout: tar } = await run(
      "tar",
      ["--numeric-owner", "--owner=0", "--group=0", "-C", root, "-cf", "-", "."],
      {
        encoding: "buffer",
        maxBuffer: 1024 ** 3,
      },
    );
    return { tar, gzipped: await promisify(gzip)(tar, { level: 1 }) };
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

/** Every file that the dynamic loader maps for `program`, the loader included (ldd's absolute paths). */
async function librariesOf(program: string): Promise<string[]> {
  const { stdout } = await run("ldd", [program]);
  return [...stdout.matchAll(/(\/\S+) \(0x/g)].map(([, path = ""]) => path);
}

async function copyInto(root: string, file: string): Promise<void> {
  const place = file === process.execPath ? join(root, "usr/local/bin", basename(file)) : join(root, file);
  await mkdir(dirname(place), { recursive: true });
  await copyFile(file, place);
}
