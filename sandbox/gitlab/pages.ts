import { type Exchange, type Reply } from "../platform/exchange.ts";
import { page as anyPage, html, type Markup } from "../platform/markup.ts";
import { type Router } from "../platform/router.ts";
import { findProject, fullPath, type Gitlab, repositoryOf, userById } from "./context.ts";
import { diffBetween } from "./diffs.ts";

import { mergeRequest } from "./merge.ts";
import { type MergeRequest, type Project } from "./model.ts";
import { type Commit, listRefs, listTree, logCommits, readBlob, readCommits, resolveCommit } from "./revisions.ts";
import { encodePath } from "./views.ts";

const page = (status: number, title: string, body: Markup): Reply =>
  anyPage("The sandbox's GitLab", status, title, body);

/** The few pages that links out of Kepler lead to: projects, one project, a commit, a folder, a file, a merge request. */
export function pageRoutes(router: Router, gitlab: Gitlab): void {
  const shown = (build: (project: Project, exchange: Exchange) => Promise<Reply>) => (exchange: Exchange) => {
    const project = findProject(gitlab, exchange.param("project"));
    return project?.visibility === "public" ? build(project, exchange) : notFoundPage();
  };
  router.route("GET", "/", () => projectsPage(gitlab));
  router.route(
    "GET",
    "/*project/-/commit/:sha",
    shown((project, exchange) => commitPage(gitlab, project, exchange.param("sha"))),
  );
  router.route(
    "GET",
    "/*project/-/tree/*ref",
    shown((project, exchange) => projectPage(gitlab, project, exchange.param("ref"))),
  );
  router.route(
    "GET",
    "/*project/-/blob/*file",
    shown((project, exchange) => filePage(gitlab, project, exchange.param("file"))),
  );
  router.route(
    "GET",
    "/*project/-/merge_requests/:iid",
    shown((project, exchange) => requestPage(gitlab, project, exchange)),
  );
  router.route(
    "POST",
    "/*project/-/merge_requests/:iid/merge",
    shown((project, exchange) => mergeByHand(gitlab, project, exchange)),
  );
  router.route(
    "GET",
    "/*project",
    shown((project) => projectPage(gitlab, project, project.defaultBranch)),
  );
  router.route("*", "/*rest", notFoundPage);
}

const notFoundPage = (): Reply =>
  page(404, "Not found", html`<p>There is no such page here. <a href="/">All projects</a></p>`);

function projectsPage(gitlab: Gitlab): Reply {
  const rows = gitlab.state.data.projects
    .filter(({ visibility }) => visibility === "public")
    .map(
      (project) =>
        html`<li><a href="/${fullPath(gitlab, project)}">${fullPath(gitlab, project)}</a> ${project.description}</li>`,
    );
  return page(200, "Projects", html`<ul>${rows}</ul>`);
}

async function projectPage(gitlab: Gitlab, project: Project, ref: string): Promise<Reply> {
  const repository = repositoryOf(gitlab, project);
  const home = `/${fullPath(gitlab, project)}`;
  const sha = await resolveCommit(repository, ref);
  const [branches, tags] = await Promise.all([listRefs(repository, "refs/heads/"), listRefs(repository, "refs/tags/")]);
  const commits = sha ? await logCommits(repository, sha, { limit: 10 }) : [];
  const files = (sha && (await listTree(repository, sha, "", true))) || [];
  const links = [...branches, ...tags].map(
    ({ name }) => html`<li><a href="${home}/-/tree/${encodePath(name)}">${name}</a></li>`,
  );
  return page(
    200,
    fullPath(gitlab, project),
    html`
    <p>${project.description}</p>
    <p>Clone it: <code>git clone ${gitlab.url}${home}.git</code></p>
    <h2>Branches and tags</h2><ul class="row">${links}</ul>
    <h2>Latest commits of ${ref}</h2>
    <ul>${commits.map((commit) => commitLine(home, commit))}</ul>
    <h2>Files</h2>
    <ul>${files.filter(({ type }) => type === "blob").map(({ path }) => html`<li><a href="${home}/-/blob/${encodePath(ref)}/${encodePath(path)}">${path}</a></li>`)}</ul>`,
  );
}

const commitLine = (home: string, commit: Commit): Markup =>
  html`<li><a href="${home}/-/commit/${commit.sha}"><code>${commit.sha.slice(0, 8)}</code></a>
    ${commit.message.split("\n", 1)[0] ?? ""} <small>${commit.author.name}, ${commit.author.date}</small></li>`;

async function commitPage(gitlab: Gitlab, project: Project, revision: string): Promise<Reply> {
  const repository = repositoryOf(gitlab, project);
  const sha = await resolveCommit(repository, revision);
  const [commit] = sha ? await readCommits(repository, [sha]) : [];
  if (!commit) return notFoundPage();
  const diffs = await diffBetween(repository, commit.parents[0], commit.sha);
  return page(
    200,
    `${fullPath(gitlab, project)} ${commit.sha.slice(0, 8)}`,
    html`
    <p><a href="/${fullPath(gitlab, project)}">${fullPath(gitlab, project)}</a></p>
    <pre>${commit.message}</pre>
    <p><small>${commit.author.name} &lt;${commit.author.email}&gt;, ${commit.author.date}</small></p>
    ${diffs.map(({ new_path, diff }) => html`<h2>${new_path}</h2><pre>${diff}</pre>`)}`,
  );
}

/** `ref/path`: the ref may hold slashes itself, so the longest one that exists is taken. */
async function filePage(gitlab: Gitlab, project: Project, file: string): Promise<Reply> {
  const repository = repositoryOf(gitlab, project);
  const parts = file.split("/");
  for (let at = parts.length - 1; at > 0; at--) {
    const sha = await resolveCommit(repository, parts.slice(0, at).join("/"));
    const path = parts.slice(at).join("/");
    const entry =
      sha &&
      (await listTree(repository, sha, "", true))?.find(
        (candidate) => candidate.path === path && candidate.type === "blob",
      );
    if (entry) return page(200, path, html`<pre>${(await readBlob(repository, entry.id)).toString("utf8")}</pre>`);
  }
  return notFoundPage();
}

const findRequest = (project: Project, exchange: Exchange): MergeRequest | undefined =>
  project.mergeRequests.find(({ iid }) => String(iid) === exchange.param("iid"));

async function requestPage(gitlab: Gitlab, project: Project, exchange: Exchange): Promise<Reply> {
  const request = findRequest(project, exchange);
  if (!request) return notFoundPage();
  const repository = repositoryOf(gitlab, project);
  const [source, target] = await Promise.all(
    [request.sourceBranch, request.targetBranch].map((name) => resolveCommit(repository, `refs/heads/${name}`)),
  );
  const diffs = source && target && request.state === "opened" ? await diffBetween(repository, target, source) : [];
  const button = html`<form method="post" action="${exchange.path}/merge"><button>Merge</button></form>`;
  return page(
    200,
    `!${request.iid} ${request.title}`,
    html`
    <p><a href="/${fullPath(gitlab, project)}">${fullPath(gitlab, project)}</a>: ${request.sourceBranch} into ${request.targetBranch}, ${request.state}</p>
    <pre>${request.description}</pre>
    ${request.state === "opened" ? [button] : []}
    ${diffs.map(({ new_path, diff }) => html`<h2>${new_path}</h2><pre>${diff}</pre>`)}`,
  );
}

/** The one button of these pages. Nobody signs in here, so only a form of our own pages may press it. */
async function mergeByHand(gitlab: Gitlab, project: Project, exchange: Exchange): Promise<Reply> {
  const request = findRequest(project, exchange);
  if (!request) return notFoundPage();
  if (exchange.headers.origin !== gitlab.url)
    return page(403, "Forbidden", html`<p>This form belongs to another site.</p>`);
  await mergeRequest(gitlab, project, request, userById(gitlab, 1));
  return { status: 303, headers: { location: exchange.path.replace(/\/merge$/, "") } };
}
