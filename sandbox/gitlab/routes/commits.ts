import { z } from "zod";
import { json, type Reply } from "../../platform/exchange.ts";
import { type Router } from "../../platform/router.ts";
import { projectFor, readableProject } from "../access.ts";
import { commitToBranch } from "../commit-to-branch.ts";
import { type Gitlab, repositoryOf } from "../context.ts";
import { diffBetween } from "../diffs.ts";
import { git, gitBytes } from "../git.ts";
import { ACCESS, type Project } from "../model.ts";
import { page } from "../paging.ts";
import { parametersOf, pathInside } from "../parameters.ts";
import { invalidRequest, notFound } from "../refusals.ts";
import { type Commit, listTree, logCommits, readCommits, resolveCommit } from "../revisions.ts";
import { commitView, treeView, webUrl } from "../views.ts";

/** As deep as a history is listed: nobody pages further. */
const LISTED_COMMITS = 10_000;

const fileAction = z.object({
  action: z.enum(["create", "update", "delete"]),
  file_path: z.string(),
  content: z.string().default(""),
  encoding: z.enum(["text", "base64"]).default("text"),
  execute_filemode: z.boolean().default(false),
});

const newCommit = z.object({
  branch: z.string(),
  commit_message: z.string(),
  start_branch: z.string().optional(),
  start_sha: z.string().optional(),
  author_email: z.string().optional(),
  author_name: z.string().optional(),
  actions: z.array(fileAction).min(1),
});

/** https://docs.gitlab.com/api/commits/ and https://docs.gitlab.com/api/repositories/ */
export function commitRoutes(router: Router, gitlab: Gitlab): void {
  const repositoryPath = "/api/v4/projects/:id/repository";

  router.route("GET", `${repositoryPath}/commits`, async (exchange) => {
    const project = readableProject(gitlab, exchange);
    const { query } = exchange;
    const repository = repositoryOf(gitlab, project);
    const sha = await resolveCommit(repository, query.get("ref_name") || project.defaultBranch);
    const [since, until] = ["since", "until"].map((name) => query.get(name) ?? undefined);
    const path = pathInside(query.get("path") ?? "");
    const rows = sha ? await logCommits(repository, sha, { path, since, until, limit: LISTED_COMMITS }) : [];
    return page(gitlab, exchange, { rows, view: (commit) => commitView(gitlab, project, commit), counted: false });
  });

  router.route("GET", `${repositoryPath}/commits/:sha`, async (exchange) => {
    const project = readableProject(gitlab, exchange);
    const commit = await commitAt(gitlab, project, exchange.param("sha"));
    if (!commit) throw notFound("Commit");
    return json(200, await commitDetail(gitlab, project, commit));
  });

  router.route("GET", `${repositoryPath}/commits/:sha/diff`, async (exchange) => {
    const project = readableProject(gitlab, exchange);
    const commit = await commitAt(gitlab, project, exchange.param("sha"));
    if (!commit) throw notFound("Commit");
    const rows = await diffBetween(repositoryOf(gitlab, project), commit.parents[0], commit.sha);
    return page(gitlab, exchange, { rows, view: (diff) => diff });
  });

  router.route("POST", `${repositoryPath}/commits`, async (exchange) => {
    const { project, user } = projectFor(gitlab, exchange, ACCESS.developer);
    const wanted = await parametersOf(exchange, newCommit);
    const sha = await commitToBranch(gitlab, project, user, {
      branch: wanted.branch,
      start: wanted.start_sha ?? wanted.start_branch,
      message: wanted.commit_message,
      author: { name: wanted.author_name, email: wanted.author_email },
      actions: wanted.actions.map(({ action, file_path: path, content, encoding, execute_filemode: executable }) =>
        action === "delete"
          ? { action, path }
          : { action, path, executable, content: Buffer.from(content, encoding === "base64" ? "base64" : "utf8") },
      ),
    });
    const commit = await commitAt(gitlab, project, sha);
    return json(201, commit && (await commitDetail(gitlab, project, commit)));
  });

  router.route("GET", `${repositoryPath}/tree`, async (exchange) => {
    const project = readableProject(gitlab, exchange);
    const { query } = exchange;
    const repository = repositoryOf(gitlab, project);
    const sha = await resolveCommit(repository, query.get("ref") || project.defaultBranch);
    const rows =
      sha && (await listTree(repository, sha, pathInside(query.get("path") ?? ""), query.get("recursive") === "true"));
    if (!rows) throw notFound("Tree");
    return page(gitlab, exchange, {
      rows,
      view: treeView,
      keyset: { parameter: "page_token", keyOf: (entry) => entry.path },
    });
  });

  router.route("GET", `${repositoryPath}/compare`, async (exchange) => {
    const project = readableProject(gitlab, exchange);
    return compare(gitlab, project, exchange.query);
  });

  for (const [suffix, format] of [
    ["", "tar.gz"],
    [".tar.gz", "tar.gz"],
    [".tar", "tar"],
    [".zip", "zip"],
  ] as const) {
    router.route("GET", `${repositoryPath}/archive${suffix}`, async (exchange) => {
      const project = readableProject(gitlab, exchange);
      return archive(gitlab, project, exchange.query, format);
    });
  }
}

async function commitAt(gitlab: Gitlab, project: Project, revision: string): Promise<Commit | undefined> {
  const repository = repositoryOf(gitlab, project);
  const sha = await resolveCommit(repository, revision);
  return sha ? (await readCommits(repository, [sha]))[0] : undefined;
}

async function commitDetail(gitlab: Gitlab, project: Project, commit: Commit) {
  const lines = await git(repositoryOf(gitlab, project), ["show", "--numstat", "--format=", commit.sha]);
  const counts = lines
    .split("\n")
    .filter(Boolean)
    .map((line) => line.split("\t", 2).map((count) => Number(count) || 0));
  const additions = counts.reduce((sum, [added = 0]) => sum + added, 0);
  const deletions = counts.reduce((sum, [, removed = 0]) => sum + removed, 0);
  return {
    ...commitView(gitlab, project, commit),
    stats: { additions, deletions, total: additions + deletions },
    status: null,
    project_id: project.id,
    last_pipeline: null,
  };
}

async function compare(gitlab: Gitlab, project: Project, query: URLSearchParams): Promise<Reply> {
  const [from, to] = [query.get("from"), query.get("to")];
  if (from === null || to === null) throw invalidRequest(`${from === null ? "from" : "to"} is missing`);
  const repository = repositoryOf(gitlab, project);
  const [base, head] = [await resolveCommit(repository, from), await resolveCommit(repository, to)];
  if (!base || !head) throw notFound("Ref");
  const straight = query.get("straight") === "true";
  const start = straight ? base : (await git(repository, ["merge-base", base, head])).trim();
  const commits = (await logCommits(repository, `${base}..${head}`)).reverse();
  const views = commits.map((commit) => commitView(gitlab, project, commit));
  return json(200, {
    commit: views.at(-1) ?? null,
    commits: views,
    diffs: await diffBetween(repository, start, head),
    compare_timeout: false,
    compare_same_ref: base === head,
    web_url: `${webUrl(gitlab, project)}/-/compare/${base}...${head}`,
  });
}

async function archive(gitlab: Gitlab, project: Project, query: URLSearchParams, format: string): Promise<Reply> {
  const repository = repositoryOf(gitlab, project);
  const ref = query.get("sha") || project.defaultBranch;
  const sha = await resolveCommit(repository, ref);
  if (!sha) throw notFound("File");
  const name = `${project.path}-${ref.replaceAll("/", "-")}-${sha}`;
  const path = pathInside(query.get("path") ?? "");
  const paths = path ? ["--", path] : [];
  const body = await gitBytes(repository, ["archive", `--format=${format}`, `--prefix=${name}/`, sha, ...paths]);
  return {
    status: 200,
    body,
    headers: {
      "content-type": "application/octet-stream",
      "content-disposition": `attachment; filename="${name}.${format}"`,
    },
  };
}
