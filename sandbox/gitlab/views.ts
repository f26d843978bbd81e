import { basename } from "node:path";
import { accessLevel } from "./access.ts";
import { fullPath, type Gitlab, groupOf } from "./context.ts";
import { type Group, type Project, type User } from "./model.ts";
import { type Commit, type Ref, type TreeEntry } from "./revisions.ts";

/** `2024-05-01T10:00:00+08:00` as GitLab prints it, with milliseconds. */
const withMillis = (date: string): string => date.replace(/(:\d\d)(Z|[+-]\d\d:\d\d)$/, "$1.000$2");

const titleOf = (message: string): string => message.split("\n", 1)[0] ?? "";

export const webUrl = (gitlab: Gitlab, project: Project): string => `${gitlab.url}/${fullPath(gitlab, project)}`;

/** https://docs.gitlab.com/api/commits/ */
export const commitView = (gitlab: Gitlab, project: Project, commit: Commit) => ({
  id: commit.sha,
  short_id: commit.sha.slice(0, 8),
  created_at: withMillis(commit.committer.date),
  parent_ids: commit.parents,
  title: titleOf(commit.message),
  message: commit.message,
  author_name: commit.author.name,
  author_email: commit.author.email,
  authored_date: withMillis(commit.author.date),
  committer_name: commit.committer.name,
  committer_email: commit.committer.email,
  committed_date: withMillis(commit.committer.date),
  trailers: {},
  extended_trailers: {},
  web_url: `${webUrl(gitlab, project)}/-/commit/${commit.sha}`,
});

/** https://docs.gitlab.com/api/branches/ */
export const branchView = (gitlab: Gitlab, project: Project, user: User | undefined, branch: Ref) => ({
  name: branch.name,
  commit: commitView(gitlab, project, branch.commit),
  merged: false,
  protected: branch.name === project.defaultBranch,
  developers_can_push: false,
  developers_can_merge: false,
  can_push: accessLevel(gitlab, project, user) >= 30,
  default: branch.name === project.defaultBranch,
  web_url: `${webUrl(gitlab, project)}/-/tree/${encodePath(branch.name)}`,
});

/** https://docs.gitlab.com/api/tags/ */
export const tagView = (gitlab: Gitlab, project: Project, tag: Ref) => ({
  name: tag.name,
  message: tag.message ?? "",
  target: tag.target,
  commit: commitView(gitlab, project, tag.commit),
  release: null,
  protected: false,
  created_at: tag.message === null ? null : withMillis(tag.commit.committer.date),
});

export const treeView = (entry: TreeEntry) => ({
  id: entry.id,
  name: basename(entry.path),
  type: entry.type,
  path: entry.path,
  mode: entry.mode,
});

const namespaceView = (gitlab: Gitlab, group: Group) => ({
  id: group.id,
  name: group.name,
  path: group.path,
  kind: "group",
  full_path: group.path,
  parent_id: null,
  avatar_url: null,
  web_url: `${gitlab.url}/groups/${group.path}`,
});

const isEmptyRepository = (project: Project): boolean => Object.keys(project.announcedRefs).length === 0;

/** What `simple=true` shows of a project: neither `archived` nor `empty_repo`. An empty repository has no default branch. */
export function simpleProjectView(gitlab: Gitlab, project: Project) {
  const group = groupOf(gitlab, project);
  const path = fullPath(gitlab, project);
  const isEmpty = isEmptyRepository(project);
  return {
    id: project.id,
    description: project.description,
    name: project.name,
    name_with_namespace: `${group.name} / ${project.name}`,
    path: project.path,
    path_with_namespace: path,
    created_at: project.createdAt,
    default_branch: isEmpty ? null : project.defaultBranch,
    tag_list: project.topics,
    topics: project.topics,
    ssh_url_to_repo: `git@${new URL(gitlab.url).hostname}:${path}.git`,
    http_url_to_repo: `${gitlab.url}/${path}.git`,
    web_url: `${gitlab.url}/${path}`,
    readme_url: isEmpty ? null : `${gitlab.url}/${path}/-/blob/${project.defaultBranch}/README.md`,
    forks_count: 0,
    avatar_url: null,
    star_count: 0,
    last_activity_at: project.lastActivityAt,
    visibility: project.visibility,
    namespace: namespaceView(gitlab, group),
  };
}

/** https://docs.gitlab.com/api/projects/ */
export function projectView(gitlab: Gitlab, project: Project, user: User | undefined) {
  const level = accessLevel(gitlab, project, user);
  const access = level > 0 ? { access_level: level, notification_level: 3 } : null;
  return {
    ...simpleProjectView(gitlab, project),
    archived: project.archived,
    empty_repo: isEmptyRepository(project),
    creator_id: 1,
    issues_enabled: false,
    merge_requests_enabled: true,
    wiki_enabled: false,
    jobs_enabled: false,
    container_registry_enabled: false,
    shared_runners_enabled: false,
    import_status: "none",
    open_issues_count: 0,
    merge_method: "merge",
    permissions: { project_access: null, group_access: access },
  };
}

export const userView = (gitlab: Gitlab, user: User) => ({
  id: user.id,
  username: user.username,
  name: user.name,
  state: "active",
  locked: false,
  avatar_url: null,
  web_url: `${gitlab.url}/${user.username}`,
});

export const encodePath = (path: string): string => path.split("/").map(encodeURIComponent).join("/");
