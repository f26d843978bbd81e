import { join } from "node:path";
import { type Logger } from "pino";
import { type DurableState } from "../platform/state.ts";
import { type GitlabState, type Group, type Project, type User } from "./model.ts";
import { notFound } from "./refusals.ts";

/** What every part of this GitLab shares: its state, its clock, its address, and where the bare repositories are. */
export interface Gitlab {
  state: DurableState<GitlabState>;
  /** Base address without a slash at its end; known once it listens. */
  url: string;
  home: string;
  now: () => Date;
  logger: Logger;
  /** Told after anything may have moved a ref, so that webhooks fire (see announce.ts). */
  refsMayHaveMoved(project: Project, by: User): Promise<void>;
}

export const nextId = (gitlab: Gitlab): number => ++gitlab.state.data.lastId;

export const repositoryOf = (gitlab: Gitlab, project: Project): string =>
  join(gitlab.home, "repositories", `${project.id}.git`);

export function groupOf(gitlab: Gitlab, project: Project): Group {
  const group = gitlab.state.data.groups.find((candidate) => candidate.id === project.groupId);
  if (!group) throw new Error(`project ${project.id} has no group`);
  return group;
}

/** By id or by path; thrown as not found. */
export function groupNamed(gitlab: Gitlab, wanted: string): Group {
  const group = gitlab.state.data.groups.find(({ id, path }) => String(id) === wanted || path === wanted);
  if (!group) throw notFound("Group");
  return group;
}

export const fullPath = (gitlab: Gitlab, project: Project): string =>
  `${groupOf(gitlab, project).path}/${project.path}`;

export const findProject = (gitlab: Gitlab, idOrPath: string): Project | undefined =>
  gitlab.state.data.projects.find((project) =>
    /^\d+$/.test(idOrPath)
      ? project.id === Number(idOrPath)
      : fullPath(gitlab, project).toLowerCase() === idOrPath.toLowerCase(),
  );

export function userById(gitlab: Gitlab, id: number): User {
  const user = gitlab.state.data.users.find((candidate) => candidate.id === id);
  if (!user) throw new Error(`there is no user ${id}`);
  return user;
}
