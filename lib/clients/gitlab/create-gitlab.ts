import "server-only";
import {
  Branches,
  Commits,
  MergeRequests,
  Projects,
  Repositories,
  RepositoryFiles,
  Tags,
  Users,
} from "@gitbeaker/rest";
import { Conflict, Invalid } from "#lib/platform/errors";
import { type Fetch, type HttpTarget, withoutTrailingSlash } from "../http/target.ts";
import { type Gitlab, type MergeRequestProposal } from "./client.ts";
import { hooksOf } from "./hooks.ts";
import * as reply from "./replies.ts";
import { type GitlabAccess, MAX_PAGES, onePage, shaped, through } from "./requester.ts";

export type GitlabConfig = { url: string; token: string; fetch?: Fetch; random?: () => number };

/** Base64 of the 1 MiB that `readFile` allows, and the fields around it. */
const FILE_LIMITS = { maxBytes: 1_500_000 };
const DEVELOPER = 30;

/** The client of one GitLab; `url` is its root, `token` a personal, group or project access token. */
export function createGitlab({ url, token, fetch = globalThis.fetch, random = Math.random }: GitlabConfig): Gitlab {
  const host = withoutTrailingSlash(url);
  const target: HttpTarget = {
    system: "gitlab",
    name: "GitLab",
    baseUrl: host,
    headers: { "private-token": token },
    secrets: [token],
    fetch,
    random,
  };
  const { via, read }: GitlabAccess = {
    via: (call, limits) => through(target, host, call, limits),
    read: (schema, body) => shaped(target, schema, body),
  };

  return {
    ...hooksOf({ via, read }),

    async searchProjects(search, { page = 1, ...call } = {}) {
      const found = await new Projects(via(call)).all<true, "offset">({
        ...onePage,
        page,
        search: search || undefined,
        searchNamespaces: true,
        membership: true,
        simple: true,
        archived: false,
        minAccessLevel: DEVELOPER,
        orderBy: "last_activity_at",
      });
      return read(reply.pageReply(reply.projectReply), found);
    },

    async getProject(idOrPath, call) {
      return read(reply.projectReply, await new Projects(via(call)).show(idOrPath));
    },

    async searchBranches(projectId, search, call) {
      const found = await new Branches(via(call)).all(projectId, { ...onePage, search: search || undefined });
      return read(reply.pageReply(reply.branchReply), found);
    },

    async searchTags(projectId, search, call) {
      const newestFirst = { orderBy: "version", sort: "desc" } as const;
      const found = await new Tags(via(call)).all(projectId, {
        ...onePage,
        ...newestFirst,
        search: search || undefined,
      });
      return read(reply.pageReply(reply.tagReply), found);
    },

    async getCommit(projectId, ref, call) {
      return read(reply.commitReply, await new Commits(via(call)).show(projectId, ref));
    },

    async resolveRef(projectId, ref, kind, call) {
      if (kind === "tag") return read(reply.tagReply, await new Tags(via(call)).show(projectId, ref)).commit;
      return read(reply.branchReply, await new Branches(via(call)).show(projectId, ref)).commit;
    },

    async readFile(projectId, path, ref, call) {
      const file = read(reply.fileReply, await new RepositoryFiles(via(call, FILE_LIMITS)).show(projectId, path, ref));
      const content = Buffer.from(file.content, "base64").toString("utf8");
      return { content, blobId: file.blob_id, commitSha: file.commit_id, sizeBytes: file.size };
    },

    async listFiles(projectId, ref, { pathMatches = () => true, ...call } = {}) {
      const paths: string[] = [];
      for (let page = 1; page <= MAX_PAGES; page += 1) {
        const options = { ref, recursive: true, page, perPage: 100 };
        const entries = read(reply.treeReply, await new Repositories(via(call)).allRepositoryTrees(projectId, options));
        for (const entry of entries) if (entry.type === "blob" && pathMatches(entry.path)) paths.push(entry.path);
        if (entries.length < options.perPage) break;
      }
      return paths;
    },

    async openMergeRequest(projectId, proposal, call) {
      const { branch, target: into, title } = proposal;
      const actions = proposal.files.map(({ path, content }) => ({
        action: "create" as const,
        filePath: path,
        content,
      }));
      try {
        await new Commits(via(call)).create(projectId, branch, title, actions, { startBranch: into });
      } catch (error) {
        throw explainTakenBranch(error, proposal);
      }
      const options = { removeSourceBranch: true };
      const opened = await new MergeRequests(via(call)).create(projectId, branch, into, title, options);
      return { url: read(reply.mergeRequestReply, opened).web_url, branch };
    },

    async whoAmI(call) {
      return read(reply.userReply, await new Users(via(call)).showCurrentUser());
    },
  };
}

function explainTakenBranch(error: unknown, { branch }: MergeRequestProposal): unknown {
  if (!(error instanceof Invalid) || !/already exists/i.test(error.message)) return error;
  return new Conflict(`The branch or a file of it exists already: ${branch}.`, {
    system: "gitlab",
    next: "Look whether its merge request is still open, or choose another branch name.",
    cause: error,
  });
}
