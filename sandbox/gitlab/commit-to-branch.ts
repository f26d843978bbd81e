import { type Gitlab, repositoryOf } from "./context.ts";
import { type Project, type User } from "./model.ts";
import { refuse } from "./refusals.ts";
import { resolveCommit } from "./revisions.ts";
import { CommitRejected, type FileAction, writeCommit } from "./write-commit.ts";

interface Wanted {
  branch: string;
  /** The branch or commit that a new branch starts from. */
  start: string | undefined;
  message: string;
  author: { name?: string; email?: string };
  actions: FileAction[];
}

/** Commits for a user of the API and announces it as a push; 400 with GitLab's sentence when it does not fit. */
export async function commitToBranch(gitlab: Gitlab, project: Project, user: User, wanted: Wanted): Promise<string> {
  const repository = repositoryOf(gitlab, project);
  const expected = await resolveCommit(repository, `refs/heads/${wanted.branch}`);
  const starts = wanted.start !== undefined && wanted.start !== wanted.branch;
  if (expected && starts) {
    throw refuse(
      400,
      `A branch called '${wanted.branch}' already exists. Switch to that branch in order to make changes`,
    );
  }
  const parent = starts ? await resolveCommit(repository, wanted.start ?? "") : expected;
  const isFirst = Object.keys(project.announcedRefs).length === 0;
  if (!parent && !isFirst) throw refuse(400, "You can only create or edit files when you are on a branch");
  const date = gitlab.now().toISOString();
  const committer = { name: user.name, email: user.email, date };
  const author = { name: wanted.author.name ?? user.name, email: wanted.author.email ?? user.email, date };
  try {
    const { branch, message, actions } = wanted;
    const sha = await writeCommit(repository, { branch, parent, expected, message, actions, author, committer });
    await gitlab.refsMayHaveMoved(project, user);
    return sha;
  } catch (error) {
    if (error instanceof CommitRejected) throw refuse(400, error.message);
    throw error;
  }
}
