import { chmod, link, mkdir, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { basename, dirname, join, posix } from "node:path";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { type Extract, extract, type Header } from "tar-stream";
import { resolveInRoot } from "./rootfs-path.ts";

type Entry = Extract extends AsyncIterable<infer E> ? E : never;

/** Applies one layer to a root, whiteouts included; links inside the root never lead out of it. */
export async function unpackLayer(root: string, bytes: Buffer, isGzip: boolean): Promise<void> {
  const entries = extract();
  entries.end(isGzip ? await promisify(gunzip)(bytes) : bytes);
  for await (const entry of entries) {
    const content = await readEntry(entry);
    await applyEntry(root, entry.header, content);
  }
}

async function readEntry(entry: Entry): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of entry) if (chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

async function applyEntry(root: string, header: Header, content: Buffer): Promise<void> {
  const path = posix.normalize(`/${header.name}`).replace(/(.)\/$/, "$1");
  const folder = await resolveInRoot(root, dirname(path));
  const name = basename(path);
  await mkdir(folder, { recursive: true });
  if (name === ".wh..wh..opq") {
    for (const child of await readdir(folder)) await rm(join(folder, child), { recursive: true, force: true });
  } else if (name.startsWith(".wh.")) {
    await rm(join(folder, name.slice(4)), { recursive: true, force: true });
  } else if (header.type === "directory") {
    if (path !== "/") await mkdir(join(folder, name), { recursive: true });
  } else {
    const target = join(folder, name);
    await rm(target, { recursive: true, force: true });
    if (header.type === "symlink") await symlink(header.linkname ?? "", target);
    else if (header.type === "link") await link(await resolveInRoot(root, `/${header.linkname ?? ""}`), target);
    else {
      await writeFile(target, content);
      await chmod(target, (header.mode ?? 0o644) & 0o777);
    }
  }
}
