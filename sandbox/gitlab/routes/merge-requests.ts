import { z } from "zod";
import { type Exchange, json } from "../../platform/exchange.ts";
import { type Router } from "../../platform/router.ts";
import { projectFor, readableProject } from "../access.ts";
import { type Gitlab, nextId, repositoryOf, userById } from "../context.ts";
import { mergeRequest } from "../merge.ts";
import { ACCESS, type MergeRequest, type Project } from "../model.ts";
import { page } from "../paging.ts";
import { parametersOf } from "../parameters.ts";
import { notFound, refuseAll } from "../refusals.ts";
import { resolveCommit } from "../revisions.ts";
import { userView, webUrl } from "../views.ts";

const newRequest = z.object({
  source_branch: z.string(),
  target_branch: z.string(),
  title: z.string(),
  description: z.string().nullish(),
});

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

  router.route("PUT", `${requests}/:iid/merge`, async (exchange) => {
    const { project, user } = projectFor(gitlab, exchange, ACCESS.maintainer);
    const request = requestNamed(project, exchange);
    await mergeRequest(gitlab, project, request, user);
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
    sha: (await resolveCommit(repositoryOf(gitlab, project), `refs/heads/${request.sourceBranch}`)) ?? null,
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
