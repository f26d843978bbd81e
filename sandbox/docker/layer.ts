import { lstat, readdir, readFile, readlink } from "node:fs/promises";
import { basename, dirname, join, posix } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { type Pack, pack } from "tar-stream";
import { type Descriptor, describe, MEDIA_TYPE, sha256 } from "./image.ts";

/** What a root holds at one moment: per path (slashes, no leading one) a fingerprint that changes when the entry does. */
export type Snapshot = Map<string, string>;
export type Layer = { descriptor: Descriptor; diffId: string; bytes: Buffer };

export async function takeSnapshot(root: string): Promise<Snapshot> {
  const snapshot: Snapshot = new Map();
  const walk = async (folder: string): Promise<void> => {
    const names = await readdir(join(root, folder));
    for (const name of names.sort()) {
      const path = posix.join(folder, name);
      const stats = await lstat(join(root, path), { bigint: true });
      // A folder's own times change with its content; that alone is no change of the folder.
      const times = stats.isDirectory() ? "" : `${stats.mtimeNs} ${stats.ctimeNs} ${stats.size} ${stats.ino}`;
      snapshot.set(path, `${stats.mode} ${times}`);
      if (stats.isDirectory()) await walk(path);
    }
  };
  await walk("");
  return snapshot;
}

/**
 * The layer that turns `before` into `after`, deletions as whiteouts, or undefined when nothing changed. The same
 * content gives the same digest: entries are sorted, owned by 0:0 and dated 1970.
 * https://github.com/opencontainers/image-spec/blob/main/layer.md
 */
export async function makeLayer(root: string, before: Snapshot, after: Snapshot): Promise<Layer | undefined> {
  const changed = [...after.keys()].filter((path) => before.get(path) !== after.get(path));
  const deleted = [...before.keys()].filter(
    (path) => !after.has(path) && (after.has(dirname(path)) || dirname(path) === "."),
  );
  if (changed.length === 0 && deleted.length === 0) return undefined;
  const tar = pack();
  const collected = collect(tar);
  for (const path of deleted.sort())
    tar.entry({ name: posix.join(dirname(path), `.wh.${basename(path)}`), mtime: new Date(0) }, "");
  for (const path of changed.sort()) await addEntry(tar, root, path);
  tar.finalize();
  const plain = await collected;
  const bytes = await promisify(gzip)(plain, { level: 6 });
  return { descriptor: describe(MEDIA_TYPE.layer, bytes), diffId: sha256(plain), bytes };
}

async function addEntry(tar: Pack, root: string, path: string): Promise<void> {
  const stats = await lstat(join(root, path));
  const header = { name: path, mode: stats.mode & 0o7777, mtime: new Date(0), uid: 0, gid: 0 };
  if (stats.isDirectory()) tar.entry({ ...header, name: `${path}/`, type: "directory" });
  else if (stats.isSymbolicLink())
    tar.entry({ ...header, mode: 0o777, type: "symlink", linkname: await readlink(join(root, path)) });
  else if (stats.isFile()) tar.entry(header, await readFile(join(root, path)));
}

async function collect(tar: Pack): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of tar) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
