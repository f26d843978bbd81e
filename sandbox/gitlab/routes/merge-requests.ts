import { z } from "zod";
import { type Exchange, json } from "../../platform/exchange.ts";
import { type Router } from "../../platform/router.ts";
import { projectFor, readableProject } from "../access.ts";
import { type Gitlab, nextId, repositoryOf, userById } from "../context.ts";
import { diffBetween, type FileDiff } from "../diffs.ts";
import { git } from "../git.ts";
import { mergeRequest, removeBranch } from "../merge.ts";
import { ACCESS, type MergeRequest, type Project } from "../model.ts";
import { page } from "../paging.ts";
import { flag, parametersOf } from "../parameters.ts";
import { notFound, refuseAll } from "../refusals.ts";
import { logCommits, readCommits, resolveCommit } from "../revisions.ts";
import { commitView, userView, webUrl } from "../views.ts";

const newRequest = z.object({
  source_branch: z.string(),
  target_branch: z.string(),
  title: z.string(),
  description: z.string().nullish(),
});

const requestChange = z.object({
  title: z.string().min(1).optional(),
  description: z.string().optional(),
  target_branch: z.string().optional(),
  state_event: z.enum(["close", "reopen"]).optional(),
});

const mergeOptions = z.object({ should_remove_source_branch: flag.default(false) });

/** https://docs.gitlab.com/api/merge_requests/ — as much as proposing a Dockerfile needs. */
export function mergeRequestRoutes(router: Router, gitlab: Gitlab): void {
  const requests = "/api/v4/projects/:id/merge_requests";

  router.route("GET", requests, (exchange) => {
    const project = readableProject(gitlab, exchange);
    const { query } = exchange;
    const state = query.get("state") ?? "all";
    const rows = project.mergeRequests.filter(
      (request) =>
        (state === "all" || request.state === state) &&
        (query.get("source_branch") ?? request.sourceBranch) === request.sourceBranch &&
        (query.get("target_branch") ?? request.targetBranch) === request.targetBranch,
    );
    return page(gitlab, exchange, { rows: rows.reverse(), view: (request) => requestView(gitlab, project, request) });
  });

  router.route("POST", requests, async (exchange) => {
    const { project, user } = projectFor(gitlab, exchange, ACCESS.developer);
    const wanted = await parametersOf(exchange, newRequest);
    const { source_branch: sourceBranch, target_branch: targetBranch } = wanted;
    await refuseUnfit(gitlab, project, sourceBranch, targetBranch);
    const now = gitlab.now().toISOString();
    const request: MergeRequest = {
      id: nextId(gitlab),
      iid: project.mergeRequests.length + 1,
      title: wanted.title,
      description: wanted.description ?? "",
      sourceBranch,
      targetBranch,
      state: "opened",
      authorId: user.id,
      createdAt: now,
      updatedAt: now,
      mergeCommitSha: null,
    };
    project.mergeRequests.push(request);
    await gitlab.state.flush();
    return json(201, await requestView(gitlab, project, request));
  });

  router.route("GET", `${requests}/:iid`, async (exchange) => {
    const project = readableProject(gitlab, exchange);
    return json(200, await requestView(gitlab, project, requestNamed(project, exchange)));
  });

  router.route("PUT", `${requests}/:iid`, async (exchange) => {
    const { project } = projectFor(gitlab, exchange, ACCESS.developer);
    const request = requestNamed(project, exchange);
    const wanted = await parametersOf(exchange, requestChange);
    if (wanted.state_event === "close" && request.state === "opened") request.state = "closed";
    if (wanted.state_event === "reopen" && request.state === "closed") request.state = "opened";
    request.title = wanted.title ?? request.title;
    request.description = wanted.description ?? request.description;
    request.targetBranch = wanted.target_branch ?? request.targetBranch;
    request.updatedAt = gitlab.now().toISOString();
    await gitlab.state.flush();
    return json(200, await requestView(gitlab, project, request));
  });

  router.route("GET", `${requests}/:iid/commits`, async (exchange) => {
    const project = readableProject(gitlab, exchange);
    const range = await requestRange(gitlab, project, requestNamed(project, exchange));
    const rows = range ? await logCommits(repositoryOf(gitlab, project), `${range.base}..${range.head}`) : [];
    return page(gitlab, exchange, { rows, view: (commit) => commitView(gitlab, project, commit) });
  });

  router.route("GET", `${requests}/:iid/diffs`, async (exchange) => {
    const project = readableProject(gitlab, exchange);
    const rows = await requestDiffs(gitlab, project, requestNamed(project, exchange));
    return page(gitlab, exchange, { rows, view: (diff) => diff });
  });

  router.route("GET", `${requests}/:iid/changes`, async (exchange) => {
    const project = readableProject(gitlab, exchange);
    const request = requestNamed(project, exchange);
    const changes = await requestDiffs(gitlab, project, request);
    return json(200, { ...(await requestView(gitlab, project, request)), changes, overflow: false });
  });

  router.route("PUT", `${requests}/:iid/merge`, async (exchange) => {
    const { project, user } = projectFor(gitlab, exchange, ACCESS.maintainer);
    const request = requestNamed(project, exchange);
    const { should_remove_source_branch: remove } = await parametersOf(exchange, mergeOptions);
    await mergeRequest(gitlab, project, request, user);
    if (remove) await removeBranch(gitlab, project, request.sourceBranch, user);
    return json(200, await requestView(gitlab, project, request));
  });
}

async function refuseUnfit(gitlab: Gitlab, project: Project, source: string, target: string): Promise<void> {
  const twin = project.mergeRequests.find(
    ({ state, sourceBranch, targetBranch }) => state === "opened" && sourceBranch === source && targetBranch === target,
  );
  if (twin) throw refuseAll(409, [`Another open merge request already exists for this source branch: !${twin.iid}`]);
  if (source === target) throw refuseAll(422, ["You can't use same project/branch for source and target"]);
  const repository = repositoryOf(gitlab, project);
  if (!(await resolveCommit(repository, `refs/heads/${source}`)))
    throw refuseAll(400, [`Source branch "${source}" does not exist`]);
  if (!(await resolveCommit(repository, `refs/heads/${target}`)))
    throw refuseAll(400, [`Target branch "${target}" does not exist`]);
}

function requestNamed(project: Project, exchange: Exchange): MergeRequest {
  const request = project.mergeRequests.find(({ iid }) => String(iid) === exchange.param("iid"));
  if (!request) throw notFound("Merge Request");
  return request;
}

/** What a request brings: from where both branches had last been one, to its tip (of a merged one: as it was merged). */
async function requestRange(gitlab: Gitlab, project: Project, request: MergeRequest) {
  const repository = repositoryOf(gitlab, project);
  const { mergeCommitSha } = request;
  const [merged] = mergeCommitSha === null ? [] : await readCommits(repository, [mergeCommitSha]);
  const [target, head] = merged?.parents ?? [
    await resolveCommit(repository, `refs/heads/${request.targetBranch}`),
    await resolveCommit(repository, `refs/heads/${request.sourceBranch}`),
  ];
  if (!target || !head) return undefined;
  return { base: (await git(repository, ["merge-base", target, head])).trim(), head };
}

async function requestDiffs(gitlab: Gitlab, project: Project, request: MergeRequest): Promise<FileDiff[]> {
  const range = await requestRange(gitlab, project, request);
  return range ? diffBetween(repositoryOf(gitlab, project), range.base, range.head) : [];
}

async function requestView(gitlab: Gitlab, project: Project, request: MergeRequest) {
  return {
    id: request.id,
    iid: request.iid,
    project_id: project.id,
    title: request.title,
    description: request.description,
    state: request.state,
    created_at: request.createdAt,
    updated_at: request.updatedAt,
    source_branch: request.sourceBranch,
    target_branch: request.targetBranch,
    source_project_id: project.id,
    target_project_id: project.id,
    author: userView(gitlab, userById(gitlab, request.authorId)),
    sha: (await requestRange(gitlab, project, request))?.head ?? null,
    merge_commit_sha: request.mergeCommitSha,
    merge_status: "can_be_merged",
    detailed_merge_status: request.state === "opened" ? "mergeable" : "not_open",
    has_conflicts: false,
    draft: /^draft:/i.test(request.title),
    reference: `!${request.iid}`,
    references: {
      short: `!${request.iid}`,
      relative: `!${request.iid}`,
      full: `${new URL(webUrl(gitlab, project)).pathname.slice(1)}!${request.iid}`,
    },
    web_url: `${webUrl(gitlab, project)}/-/merge_requests/${request.iid}`,
  };
}
