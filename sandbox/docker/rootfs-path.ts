import { lstat, readlink } from "node:fs/promises";
import { join, posix } from "node:path";

/**
 * The host path of an absolute image path, with links resolved as if `root` were `/`, so that a link in an image never
 * leads to the host's own files. What does not exist yet resolves to where it would be made.
 */
export async function resolveInRoot(root: string, imagePath: string, linksLeft = 40): Promise<string> {
  const parts = posix.normalize(`/${imagePath}`).split("/").filter(Boolean);
  let resolved = "/";
  for (const [i, part] of parts.entries()) {
    const next = posix.join(resolved, part);
    const link = await linkTarget(join(root, next));
    if (link === undefined) {
      resolved = next;
      continue;
    }
    if (linksLeft === 0) throw new Error(`too many levels of symbolic links: ${imagePath}`);
    const target = posix.resolve(resolved, link);
    return resolveInRoot(root, posix.join(target, ...parts.slice(i + 1)), linksLeft - 1);
  }
  return join(root, resolved);
}

async function linkTarget(path: string): Promise<string | undefined> {
  const stats = await lstat(path).catch(() => undefined);
  return stats?.isSymbolicLink() === true ? readlink(path) : undefined;
}
