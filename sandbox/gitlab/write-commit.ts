import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { git, tryGit } from "./git.ts";
import { BLANK_SHA } from "./ref-changes.ts";

export type FileAction =
  | { action: "create" | "update"; path: string; content: Buffer; executable?: boolean }
  | { action: "delete"; path: string };

export interface Signature {
  name: string;
  email: string;
  /** ISO 8601 with a zone. */
  date: string;
}

export interface CommitDraft {
  branch: string;
  /** The commit to build on; undefined for the first of a repository. */
  parent: string | undefined;
  /** Where the branch must still be; undefined when it must not exist. */
  expected: string | undefined;
  actions: FileAction[];
  message: string;
  author: Signature;
  committer?: Signature;
}

const BAD_PATH = "path should be a valid file path";

/** A draft that does not fit the repository; the message is the one that GitLab gives. */
export class CommitRejected extends Error {}

/** Commits file changes to a branch of a bare repository through an index of its own, and gives the commit's id. */
export async function writeCommit(repository: string, draft: CommitDraft): Promise<string> {
  const index = join(repository, `index.${randomUUID()}`);
  const env = { GIT_INDEX_FILE: index };
  try {
    if (draft.parent) await git(repository, ["read-tree", draft.parent], { env });
    for (const action of draft.actions) await applyAction(repository, env, action);
    const tree = (await git(repository, ["write-tree"], { env })).trim();
    const parents = draft.parent ? ["-p", draft.parent] : [];
    const sha = (
      await git(repository, ["commit-tree", tree, ...parents], { stdin: draft.message, env: signed(draft) })
    ).trim();
    await moveBranch(repository, draft.branch, sha, draft.expected);
    return sha;
  } finally {
    await rm(index, { force: true });
  }
}

/** Moves or makes a branch, unless someone else moved it meanwhile. */
export async function moveBranch(
  repository: string,
  branch: string,
  sha: string,
  expected: string | undefined,
): Promise<void> {
  const named = await tryGit(repository, ["check-ref-format", `refs/heads/${branch}`]);
  if (named.exitCode !== 0) throw new CommitRejected("Branch name is invalid");
  const moved = await tryGit(repository, ["update-ref", `refs/heads/${branch}`, sha, expected ?? BLANK_SHA]);
  if (moved.exitCode !== 0) throw new CommitRejected("Could not update the branch. Please refresh and try again.");
}

async function applyAction(repository: string, env: Record<string, string>, action: FileAction): Promise<void> {
  const listed = await tryGit(repository, ["ls-files", "-z", "--", `:(literal)${action.path}`], { env });
  if (listed.exitCode !== 0) throw new CommitRejected(BAD_PATH);
  const exists = listed.stdout.length > 0;
  if (action.action === "create" && exists) throw new CommitRejected("A file with this name already exists");
  if (action.action !== "create" && !exists) throw new CommitRejected("A file with this name doesn't exist");
  const line =
    action.action === "delete"
      ? `0 ${BLANK_SHA}\t${action.path}`
      : `${action.executable ? "100755" : "100644"} ${await writeBlob(repository, action.content)}\t${action.path}`;
  const indexed = await tryGit(repository, ["update-index", "-z", "--add", "--index-info"], {
    stdin: `${line}\0`,
    env,
  });
  if (indexed.exitCode !== 0) throw new CommitRejected(BAD_PATH);
}

const writeBlob = async (repository: string, content: Buffer): Promise<string> =>
  (await git(repository, ["hash-object", "-w", "--stdin"], { stdin: content })).trim();

function signed({ author, committer = author }: CommitDraft): Record<string, string> {
  return {
    GIT_AUTHOR_NAME: author.name,
    GIT_AUTHOR_EMAIL: author.email,
    GIT_AUTHOR_DATE: author.date,
    GIT_COMMITTER_NAME: committer.name,
    GIT_COMMITTER_EMAIL: committer.email,
    GIT_COMMITTER_DATE: committer.date,
  };
}
