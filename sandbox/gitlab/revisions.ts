import { git, gitBytes, tryGit } from "./git.ts";

/** What git knows of a commit; dates in ISO 8601 with the zone they were made in. */
export interface Commit {
  sha: string;
  parents: string[];
  message: string;
  author: { name: string; email: string; date: string };
  committer: { name: string; email: string; date: string };
}

export interface Ref {
  /** Without refs/heads/ or refs/tags/. */
  name: string;
  /** What the ref points at: for an annotated tag the tag object, not the commit. */
  target: string;
  commit: Commit;
  /** The message of an annotated tag; null for a branch or a lightweight tag. */
  message: string | null;
}

const FIELDS = ["%H", "%P", "%an", "%ae", "%aI", "%cn", "%ce", "%cI", "%B"];
const COMMIT_FORMAT = `--format=${FIELDS.join("%x00")}%x00`;

function parseCommits(output: string): Commit[] {
  const fields = output.split("\0");
  const commits: Commit[] = [];
  for (let at = 0; at + FIELDS.length < fields.length + 1 && fields[at]?.trim(); at += FIELDS.length) {
    const [sha = "", parents = "", an = "", ae = "", ad = "", cn = "", ce = "", cd = "", message = ""] =
      fields.slice(at);
    commits.push({
      sha: sha.trim(),
      parents: parents.split(" ").filter(Boolean),
      message,
      author: { name: an, email: ae, date: ad },
      committer: { name: cn, email: ce, date: cd },
    });
  }
  return commits;
}

/** The commits of these object ids, in the order asked. */
export async function readCommits(repository: string, shas: string[]): Promise<Commit[]> {
  if (shas.length === 0) return [];
  const output = await git(repository, ["log", "--no-walk=unsorted", "--stdin", COMMIT_FORMAT], {
    stdin: `${shas.join("\n")}\n`,
  });
  const bySha = new Map(parseCommits(output).map((commit) => [commit.sha, commit]));
  return shas.flatMap((sha) => bySha.get(sha) ?? []);
}

export interface LogOptions {
  path?: string;
  since?: string;
  until?: string;
  limit?: number;
}

/** The commits of a revision or a range (`a..b`), newest first. */
export async function logCommits(repository: string, range: string, options: LogOptions = {}): Promise<Commit[]> {
  const limits = [
    ...(options.since ? [`--since=${options.since}`] : []),
    ...(options.until ? [`--until=${options.until}`] : []),
    ...(options.limit ? [`--max-count=${options.limit}`] : []),
  ];
  const path = options.path ? [`:(literal)${options.path}`] : [];
  return parseCommits(await git(repository, ["log", COMMIT_FORMAT, ...limits, range, "--", ...path]));
}

export const countCommits = async (repository: string, range: string): Promise<number> =>
  Number(await git(repository, ["rev-list", "--count", range, "--"]));

/** The object ids of what may each be a branch, a tag or a commit id; undefined for what the repository has not. */
export async function resolveCommit(repository: string, revision: string): Promise<string | undefined> {
  if (!revision || /[\s~^:?*[\\]|\.\.|@\{/.test(revision)) return undefined;
  const candidates = [`refs/heads/${revision}`, `refs/tags/${revision}`];
  if (revision.startsWith("refs/") || revision === "HEAD" || /^[0-9a-f]{4,40}$/.test(revision))
    candidates.push(revision);
  const stdin = candidates.map((candidate) => `${candidate}^{commit}\n`).join("");
  const answers = (await git(repository, ["cat-file", "--batch-check"], { stdin })).split("\n");
  return answers.map((line) => /^([0-9a-f]{40}) commit /.exec(line)?.[1]).find((sha) => sha !== undefined);
}

/** Branches (refs/heads/) or tags (refs/tags/), sorted by name. */
export async function listRefs(repository: string, prefix: "refs/heads/" | "refs/tags/"): Promise<Ref[]> {
  const format = "%(refname)%00%(objectname)%00%(objecttype)%00%(*objectname)%00%(contents)%00";
  const fields = (await git(repository, ["for-each-ref", `--format=${format}`, prefix])).split("\0");
  const refs: { name: string; target: string; sha: string; message: string | null }[] = [];
  for (let at = 0; at + 5 < fields.length + 1 && fields[at]?.trim(); at += 5) {
    const [refname = "", target = "", type = "", peeled = "", contents = ""] = fields.slice(at);
    const annotated = type === "tag";
    refs.push({
      name: refname.trim().slice(prefix.length),
      target,
      sha: annotated ? peeled : target,
      message: annotated ? contents.trim() : null,
    });
  }
  const commits = await readCommits(
    repository,
    refs.map((ref) => ref.sha),
  );
  const bySha = new Map(commits.map((commit) => [commit.sha, commit]));
  return refs.flatMap(({ sha, ...ref }) => {
    const commit = bySha.get(sha);
    return commit ? [{ ...ref, commit }] : [];
  });
}

/** Ref name → object id, of all branches and tags. */
export async function allRefs(repository: string): Promise<Record<string, string>> {
  const lines = await git(repository, [
    "for-each-ref",
    "--format=%(refname) %(objectname)",
    "refs/heads/",
    "refs/tags/",
  ]);
  return Object.fromEntries(
    lines
      .split("\n")
      .filter(Boolean)
      .map((line) => line.split(" ")),
  );
}

export interface TreeEntry {
  mode: string;
  type: "blob" | "tree" | "commit";
  id: string;
  path: string;
}

/** What a commit holds below `path` ("" is its root); undefined when there is no such folder. */
export async function listTree(
  repository: string,
  sha: string,
  path: string,
  recursive: boolean,
): Promise<TreeEntry[] | undefined> {
  const folder = path.replace(/^\/+|\/+$/g, "");
  const treeish = folder ? `${sha}:${folder}` : sha;
  const listing = await tryGit(repository, ["ls-tree", "-z", ...(recursive ? ["-r", "-t"] : []), treeish]);
  if (listing.exitCode !== 0) return undefined;
  const entries = listing.stdout.toString("utf8").split("\0").filter(Boolean);
  return entries.flatMap((entry) => {
    const [, mode = "", type, id = "", name = ""] = /^(\d+) (blob|tree|commit) ([0-9a-f]+)\t(.*)$/s.exec(entry) ?? [];
    if (type !== "blob" && type !== "tree" && type !== "commit") return [];
    return [{ mode, type, id, path: folder ? `${folder}/${name}` : name }];
  });
}

export const readBlob = (repository: string, id: string): Promise<Buffer> =>
  gitBytes(repository, ["cat-file", "blob", id]);
