import { createHash } from "node:crypto";
import { basename } from "node:path";
import { z } from "zod";
import { type Exchange, empty, json, type Reply } from "../../platform/exchange.ts";
import { type Router } from "../../platform/router.ts";
import { projectFor, readableProject } from "../access.ts";
import { commitToBranch } from "../commit-to-branch.ts";
import { type Gitlab, repositoryOf } from "../context.ts";
import { git } from "../git.ts";
import { ACCESS } from "../model.ts";
import { parametersOf, pathInside } from "../parameters.ts";
import { invalidRequest, notFound } from "../refusals.ts";
import { logCommits, readBlob, resolveCommit } from "../revisions.ts";

const fileChange = z.object({
  branch: z.string(),
  commit_message: z.string(),
  start_branch: z.string().optional(),
  content: z.string().optional(),
  encoding: z.enum(["text", "base64"]).default("text"),
  author_email: z.string().optional(),
  author_name: z.string().optional(),
});

/** https://docs.gitlab.com/api/repository_files/ */
export function fileRoutes(router: Router, gitlab: Gitlab): void {
  const file = "/api/v4/projects/:id/repository/files/:path";

  router.route("GET", `${file}/raw`, async (exchange) => {
    const { content, headers } = await readFile(gitlab, exchange, exchange.query.get("ref"));
    return { status: 200, headers: { ...headers, "content-type": "text/plain; charset=utf-8" }, body: content };
  });

  router.route("GET", file, async (exchange): Promise<Reply> => {
    const ref = exchange.query.get("ref");
    if (!ref) throw invalidRequest(ref === null ? "ref is missing, ref is empty" : "ref is empty");
    const { content, headers, view } = await readFile(gitlab, exchange, ref);
    if (exchange.method === "HEAD") return { status: 200, headers };
    return json(200, { ...view, content: content.toString("base64") }, headers);
  });

  for (const [method, action] of [
    ["POST", "create"],
    ["PUT", "update"],
  ] as const) {
    router.route(method, file, async (exchange) => {
      const { project, user } = projectFor(gitlab, exchange, ACCESS.developer);
      const wanted = await parametersOf(exchange, fileChange.required({ content: true }));
      const path = exchange.param("path");
      const content = Buffer.from(wanted.content, wanted.encoding === "base64" ? "base64" : "utf8");
      await commitToBranch(gitlab, project, user, { ...commitOf(wanted), actions: [{ action, path, content }] });
      return json(method === "POST" ? 201 : 200, { file_path: path, branch: wanted.branch });
    });
  }

  router.route("DELETE", file, async (exchange) => {
    const { project, user } = projectFor(gitlab, exchange, ACCESS.developer);
    const wanted = await parametersOf(exchange, fileChange);
    await commitToBranch(gitlab, project, user, {
      ...commitOf(wanted),
      actions: [{ action: "delete", path: exchange.param("path") }],
    });
    return empty(204);
  });
}

const commitOf = (wanted: z.infer<typeof fileChange>) => ({
  branch: wanted.branch,
  start: wanted.start_branch,
  message: wanted.commit_message,
  author: { name: wanted.author_name, email: wanted.author_email },
});

async function readFile(gitlab: Gitlab, exchange: Exchange, ref: string | null) {
  const project = readableProject(gitlab, exchange);
  const repository = repositoryOf(gitlab, project);
  const path = pathInside(exchange.param("path"), "file_path");
  const sha = await resolveCommit(repository, ref || project.defaultBranch);
  if (!sha) throw notFound("Commit");
  const [, mode = "", blobId] =
    /^(\d+) blob ([0-9a-f]+)\t/.exec(await git(repository, ["ls-tree", sha, "--", path])) ?? [];
  if (!blobId) throw notFound("File");
  const [content, [last]] = await Promise.all([
    readBlob(repository, blobId),
    logCommits(repository, sha, { path, limit: 1 }),
  ]);
  const view = {
    file_name: basename(path),
    file_path: path,
    size: content.length,
    encoding: "base64",
    content_sha256: createHash("sha256").update(content).digest("hex"),
    ref: ref || project.defaultBranch,
    blob_id: blobId,
    commit_id: sha,
    last_commit_id: last?.sha ?? sha,
    execute_filemode: mode === "100755",
  };
  const headers = Object.fromEntries(
    Object.entries(view).map(([name, value]) => [`x-gitlab-${name.replaceAll("_", "-")}`, encodeURI(String(value))]),
  );
  return { content, view, headers };
}
