import { type Gitlab, repositoryOf } from "./context.ts";
import { git, tryGit } from "./git.ts";
import { type MergeRequest, type Project, type User } from "./model.ts";
import { refuse } from "./refusals.ts";
import { resolveCommit } from "./revisions.ts";
import { moveBranch } from "./write-commit.ts";

/** Merges a request with a merge commit, and announces it as a push to the target; conflicts are refused with 406. */
export async function mergeRequest(gitlab: Gitlab, project: Project, request: MergeRequest, user: User): Promise<void> {
  if (request.state !== "opened") throw refuse(405, "405 Method Not Allowed");
  const repository = repositoryOf(gitlab, project);
  const source = await resolveCommit(repository, `refs/heads/${request.sourceBranch}`);
  const target = await resolveCommit(repository, `refs/heads/${request.targetBranch}`);
  if (!source || !target) throw refuse(406, "Branch cannot be merged");
  const tree = await mergedTree(repository, target, source);
  const message = `Merge branch '${request.sourceBranch}' into '${request.targetBranch}'\n\n${request.title}\n`;
  const date = gitlab.now().toISOString();
  const env = {
    GIT_AUTHOR_NAME: user.name,
    GIT_AUTHOR_EMAIL: user.email,
    GIT_AUTHOR_DATE: date,
    GIT_COMMITTER_NAME: user.name,
    GIT_COMMITTER_EMAIL: user.email,
    GIT_COMMITTER_DATE: date,
  };
  const sha = (
    await git(repository, ["commit-tree", tree, "-p", target, "-p", source], { stdin: message, env })
  ).trim();
  await moveBranch(repository, request.targetBranch, sha, target);
  Object.assign(request, { state: "merged", mergeCommitSha: sha, updatedAt: date });
  await gitlab.state.flush();
  await gitlab.refsMayHaveMoved(project, user);
}

/** Deletes a branch and announces it; one that is gone already is fine. */
export async function removeBranch(gitlab: Gitlab, project: Project, branch: string, user: User): Promise<void> {
  await git(repositoryOf(gitlab, project), ["update-ref", "-d", `refs/heads/${branch}`]);
  await gitlab.refsMayHaveMoved(project, user);
}

async function mergedTree(repository: string, target: string, source: string): Promise<string> {
  const base = (await git(repository, ["merge-base", target, source])).trim();
  if (base === target) return (await git(repository, ["rev-parse", `${source}^{tree}`])).trim();
  const merged = await tryGit(repository, ["merge-tree", "--write-tree", target, source]);
  if (merged.exitCode !== 0) throw refuse(406, "Branch cannot be merged");
  return merged.stdout.toString("utf8").trim();
}
