import "server-only";
import { type Call } from "../http/call.ts";

export type Project = {
  id: number;
  /** With its groups: "samples/node-hello". */
  path: string;
  name: string;
  /** Null while the repository is empty. */
  defaultBranch: string | null;
  empty: boolean;
  archived: boolean;
  httpUrl: string;
  webUrl: string;
};

/** `committedAt` is RFC 3339. */
export type Commit = { sha: string; title: string; authorName: string; committedAt: string };
export type RefKind = "branch" | "tag";
export type Ref = { name: string; kind: RefKind; commit: Commit; isDefault: boolean };
export type Page<Row> = { rows: Row[]; more: boolean };

export type RepositoryFile = { content: string; blobId: string; commitSha: string; sizeBytes: number };

/** `disabled` and `temporarily_disabled` are what GitLab does to hooks whose receiver failed too often. */
export type HookAlertStatus = "executable" | "temporarily_disabled" | "disabled" | "unknown";
export type Hook = { id: number; url: string; alertStatus: HookAlertStatus };
export type HookSettings = { url: string; token: string; pushEvents: boolean; tagPushEvents: boolean };

export type MergeRequestProposal = {
  /** The new branch, made from `target`. */
  branch: string;
  target: string;
  title: string;
  files: { path: string; content: string }[];
};

/**
 * GitLab's REST API v4 in the verbs that Kepler needs (https://docs.gitlab.com/api/rest/).
 * Throws only the six errors, system "gitlab". Reads may be asked again within the deadline; writes never are.
 */
export type Gitlab = {
  /** Projects in which the token may at least develop, most recently active first; `page` counts from 1. */
  searchProjects(search: string, options?: Call & { page?: number }): Promise<Page<Project>>;
  getProject(idOrPath: number | string, call?: Call): Promise<Project>;
  searchBranches(projectId: number, search: string, call?: Call): Promise<Page<Ref>>;
  searchTags(projectId: number, search: string, call?: Call): Promise<Page<Ref>>;
  /** Any name of a commit: sha, short sha, branch or tag. NotFound when there is none. */
  getCommit(projectId: number, ref: string, call?: Call): Promise<Commit>;
  /** The commit a branch or a tag points at (annotated tags dereferenced), even if both kinds use one name. */
  resolveRef(projectId: number, ref: string, kind: RefKind, call?: Call): Promise<Commit>;
  /** A text file of at most 1 MiB at `ref`. NotFound when it is not there. */
  readFile(projectId: number, path: string, ref: string, call?: Call): Promise<RepositoryFile>;
  /** Paths of files, recursively, at most a few thousand; `pathMatches` keeps only those it accepts. */
  listFiles(
    projectId: number,
    ref: string,
    options?: Call & { pathMatches?: (path: string) => boolean },
  ): Promise<string[]>;
  /** The project's hook for exactly this URL: how a hook is found again after a crash. */
  findHook(projectId: number, url: string, call?: Call): Promise<Hook | null>;
  /** All hooks of the project. */
  listHooks(projectId: number, call?: Call): Promise<Hook[]>;
  createHook(projectId: number, settings: HookSettings, call?: Call): Promise<Hook>;
  updateHook(projectId: number, hookId: number, settings: HookSettings, call?: Call): Promise<Hook>;
  /** Deleting what is gone already is fine. */
  deleteHook(projectId: number, hookId: number, call?: Call): Promise<void>;
  /** One commit on a new branch and a merge request for it. Conflict when the branch exists. */
  openMergeRequest(
    projectId: number,
    proposal: MergeRequestProposal,
    call?: Call,
  ): Promise<{ url: string; branch: string }>;
  /** Whose token this is: the cheapest proof that URL and token are good. */
  whoAmI(call?: Call): Promise<{ id: number; username: string }>;
};
