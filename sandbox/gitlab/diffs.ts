import { git } from "./git.ts";

const EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

export interface FileDiff {
  old_path: string;
  new_path: string;
  a_mode: string;
  b_mode: string;
  new_file: boolean;
  renamed_file: boolean;
  deleted_file: boolean;
  /** The hunks, from the first `@@`; empty for a binary file. */
  diff: string;
}

/** The files that differ between two commits, as the API shows them; without `from`, everything that `to` holds. */
export async function diffBetween(repository: string, from: string | undefined, to: string): Promise<FileDiff[]> {
  const range = [from ?? EMPTY_TREE, to];
  // Both listings come in the same order, so the n-th patch belongs to the n-th raw line.
  const raw = (await git(repository, ["diff", "--raw", "-z", "-M", ...range])).split("\0");
  const patches = (await git(repository, ["diff", "-M", ...range])).split(/^(?=diff --git )/m);
  const diffs: FileDiff[] = [];
  for (let at = 0; raw[at]; ) {
    const [aMode = "", bMode = "", , , status = ""] = (raw[at++] ?? "").replace(/^:/, "").split(" ");
    const oldPath = raw[at++] ?? "";
    const renamed = /^[RC]/.test(status);
    const newPath = renamed ? (raw[at++] ?? "") : oldPath;
    const patch = patches[diffs.length] ?? "";
    const hunks = patch.search(/^@@ /m);
    diffs.push({
      old_path: oldPath,
      new_path: newPath,
      a_mode: aMode,
      b_mode: bMode,
      new_file: status === "A",
      renamed_file: renamed,
      deleted_file: status === "D",
      diff: hunks < 0 ? "" : patch.slice(hunks),
    });
  }
  return diffs;
}
