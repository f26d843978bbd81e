import { fullPath, type Gitlab, groupOf, repositoryOf } from "./context.ts";
import { git } from "./git.ts";
import { type Project, type User } from "./model.ts";
import { BLANK_SHA, type RefChange } from "./ref-changes.ts";
import { type Commit, countCommits, logCommits, readCommits, resolveCommit } from "./revisions.ts";
import { simpleProjectView, webUrl } from "./views.ts";

/** Of a long push only the newest commits travel; `total_commits_count` tells how many there were. */
const COMMITS_IN_EVENT = 20;

/** The body of a Push Hook or Tag Push Hook: https://docs.gitlab.com/user/project/integrations/webhook_events/#push-events */
export async function pushEvent(gitlab: Gitlab, project: Project, user: User, change: RefChange) {
  const kind = change.kind === "tag" ? "tag_push" : "push";
  const { commits, count, checkoutSha, message } = await pushedCommits(gitlab, project, change);
  const hookProject = projectInEvent(gitlab, project);
  const { name, url, description, homepage, git_http_url, git_ssh_url, visibility_level } = hookProject;
  return {
    object_kind: kind,
    event_name: kind,
    before: change.before,
    after: change.after,
    ref: change.ref,
    ref_protected: change.ref === `refs/heads/${project.defaultBranch}`,
    checkout_sha: checkoutSha,
    message,
    user_id: user.id,
    user_name: user.name,
    user_username: user.username,
    user_email: "",
    user_avatar: null,
    project_id: project.id,
    project: hookProject,
    commits: await commitsInEvent(gitlab, project, commits),
    total_commits_count: count,
    push_options: {},
    repository: { name, url, description, homepage, git_http_url, git_ssh_url, visibility_level },
  };
}

interface Pushed {
  /** Oldest first. */
  commits: Commit[];
  count: number;
  /** For an annotated tag the commit below it, while the event's `after` is the tag object; null after a deletion. */
  checkoutSha: string | null;
  message: string | null;
}

async function pushedCommits(gitlab: Gitlab, project: Project, change: RefChange): Promise<Pushed> {
  if (change.action === "removed") return { commits: [], count: 0, checkoutSha: null, message: null };
  const repository = repositoryOf(gitlab, project);
  if (change.kind === "tag") {
    const sha = await resolveCommit(repository, change.after);
    const annotated = sha !== change.after;
    const contents = annotated ? await git(repository, ["for-each-ref", "--format=%(contents)", change.ref]) : "";
    const commits = await readCommits(repository, sha ? [sha] : []);
    return { commits, count: commits.length, checkoutSha: sha ?? null, message: annotated ? contents.trim() : null };
  }
  const range = await branchRange(repository, project, change);
  const newest = await logCommits(repository, range, { limit: COMMITS_IN_EVENT });
  return {
    commits: newest.reverse(),
    count: await countCommits(repository, range),
    checkoutSha: change.after,
    message: null,
  };
}

/** What is new on a branch: since its last tip, or for a new branch since the default branch. */
async function branchRange(repository: string, project: Project, change: RefChange): Promise<string> {
  if (change.before !== BLANK_SHA) return `${change.before}..${change.after}`;
  const isDefault = change.ref === `refs/heads/${project.defaultBranch}`;
  const base = isDefault ? undefined : await resolveCommit(repository, project.defaultBranch);
  return base ? `${base}..${change.after}` : change.after;
}

async function commitsInEvent(gitlab: Gitlab, project: Project, commits: Commit[]) {
  const files = await changedFiles(
    repositoryOf(gitlab, project),
    commits.map((commit) => commit.sha),
  );
  return commits.map((commit) => ({
    id: commit.sha,
    message: commit.message,
    title: commit.message.split("\n", 1)[0],
    timestamp: commit.committer.date,
    url: `${webUrl(gitlab, project)}/-/commit/${commit.sha}`,
    author: { name: commit.author.name, email: commit.author.email },
    ...(files.get(commit.sha) ?? { added: [], modified: [], removed: [] }),
  }));
}

interface ChangedFiles {
  added: string[];
  modified: string[];
  removed: string[];
}

async function changedFiles(repository: string, shas: string[]): Promise<Map<string, ChangedFiles>> {
  const args = ["diff-tree", "--stdin", "--root", "-r", "-z", "--no-renames", "--name-status"];
  const tokens = shas.length === 0 ? [] : (await git(repository, args, { stdin: `${shas.join("\n")}\n` })).split("\0");
  const files = new Map<string, ChangedFiles>();
  let current: ChangedFiles = { added: [], modified: [], removed: [] };
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at]?.trim() ?? "";
    if (/^[0-9a-f]{40}$/.test(token)) {
      current = { added: [], modified: [], removed: [] };
      files.set(token, current);
    } else if (token) {
      const list = token === "A" ? current.added : token === "D" ? current.removed : current.modified;
      list.push(tokens[++at] ?? "");
    }
  }
  return files;
}

function projectInEvent(gitlab: Gitlab, project: Project) {
  const view = simpleProjectView(gitlab, project);
  return {
    id: project.id,
    name: project.name,
    description: project.description,
    web_url: view.web_url,
    avatar_url: null,
    git_ssh_url: view.ssh_url_to_repo,
    git_http_url: view.http_url_to_repo,
    namespace: groupOf(gitlab, project).name,
    visibility_level: project.visibility === "public" ? 20 : 0,
    path_with_namespace: fullPath(gitlab, project),
    default_branch: project.defaultBranch,
    ci_config_path: null,
    homepage: view.web_url,
    url: view.ssh_url_to_repo,
    ssh_url: view.ssh_url_to_repo,
    http_url: view.http_url_to_repo,
  };
}
