import { mkdir, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { type Gitlab, nextId, repositoryOf } from "./context.ts";
import { git } from "./git.ts";
import { type Group, type Project } from "./model.ts";

type NewProject = Pick<Project, "path" | "name" | "description" | "visibility" | "defaultBranch" | "topics"> & {
  group: Group;
};

/** Makes a project with an empty bare repository; the caller flushes the state when all is in place. */
export async function createProject(gitlab: Gitlab, { group, ...wanted }: NewProject): Promise<Project> {
  const now = gitlab.now().toISOString();
  const project: Project = {
    ...wanted,
    id: nextId(gitlab),
    groupId: group.id,
    archived: false,
    createdAt: now,
    lastActivityAt: now,
    members: [],
    hooks: [],
    mergeRequests: [],
    announcedRefs: {},
  };
  const repository = repositoryOf(gitlab, project);
  await rm(repository, { recursive: true, force: true });
  await mkdir(dirname(repository), { recursive: true });
  await git(gitlab.home, ["init", "--bare", "--quiet", `--initial-branch=${wanted.defaultBranch}`, repository]);
  gitlab.state.data.projects.push(project);
  return project;
}

export async function deleteProject(gitlab: Gitlab, project: Project): Promise<void> {
  gitlab.state.data.projects = gitlab.state.data.projects.filter((candidate) => candidate !== project);
  await gitlab.state.flush();
  await rm(repositoryOf(gitlab, project), { recursive: true, force: true });
}
