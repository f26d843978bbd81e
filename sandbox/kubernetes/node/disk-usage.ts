import { type Stats } from "node:fs";
import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";

const BLOCK_BYTES = 512;

/** Bytes that a folder and all below it take on the disk, as `du` counts them: links are not followed. 0 where nothing is. */
export async function diskUsage(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true }).catch(ifGone([]));
  let blocks = 0;
  for (const name of ["", ...names]) {
    const stats = await lstat(join(folder, name)).catch(ifGone<Stats | undefined>(undefined));
    blocks += stats?.blocks ?? 0;
  }
  return blocks * BLOCK_BYTES;
}

/** Programs remove what they like while it is being counted. */
const ifGone =
  <T>(instead: T) =>
  (error: NodeJS.ErrnoException): T => {
    if (error.code !== "ENOENT") throw error;
    return instead;
  };
