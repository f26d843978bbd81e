import { z } from "zod";
import { type Exchange, empty, json } from "../../platform/exchange.ts";
import { type Router } from "../../platform/router.ts";
import { actorOf, projectFor, readableProject } from "../access.ts";
import { type Gitlab, repositoryOf } from "../context.ts";
import { git, tryGit } from "../git.ts";
import { removeBranch } from "../merge.ts";
import { ACCESS } from "../model.ts";
import { page } from "../paging.ts";
import { parametersOf } from "../parameters.ts";
import { notFound, refuse } from "../refusals.ts";
import { listRefs, type Ref, resolveCommit } from "../revisions.ts";
import { branchView, tagView } from "../views.ts";
import { moveBranch } from "../write-commit.ts";

/** https://docs.gitlab.com/api/branches/ and https://docs.gitlab.com/api/tags/ */
export function referenceRoutes(router: Router, gitlab: Gitlab): void {
  branchRoutes(router, gitlab);
  tagRoutes(router, gitlab);
}

function branchRoutes(router: Router, gitlab: Gitlab): void {
  const branches = "/api/v4/projects/:id/repository/branches";

  router.route("GET", branches, async (exchange) => {
    const project = readableProject(gitlab, exchange);
    const user = actorOf(gitlab, exchange)?.user;
    const refs = await listRefs(repositoryOf(gitlab, project), "refs/heads/");
    return page(gitlab, exchange, {
      rows: refs.filter(({ name }) => nameFits(name, exchange.query.get("search") ?? "")),
      view: (branch) => branchView(gitlab, project, user, branch),
      keyset: { parameter: "page_token", keyOf: (branch) => branch.name },
    });
  });

  router.route("GET", `${branches}/:branch`, async (exchange) => {
    const project = readableProject(gitlab, exchange);
    const branch = await findRef(repositoryOf(gitlab, project), "refs/heads/", exchange.param("branch"));
    if (!branch) throw notFound("Branch");
    if (exchange.method === "HEAD") return empty(204);
    return json(200, branchView(gitlab, project, actorOf(gitlab, exchange)?.user, branch));
  });

  router.route("POST", branches, async (exchange) => {
    const { project, user } = projectFor(gitlab, exchange, ACCESS.developer);
    const wanted = await parametersOf(exchange, z.object({ branch: z.string(), ref: z.string() }));
    const repository = repositoryOf(gitlab, project);
    const sha = await resolveCommit(repository, wanted.ref);
    if (!sha) throw refuse(400, `Invalid reference name: ${wanted.ref}`);
    if (await findRef(repository, "refs/heads/", wanted.branch)) throw refuse(400, "Branch already exists");
    await moveBranch(repository, wanted.branch, sha, undefined);
    await gitlab.refsMayHaveMoved(project, user);
    const made = await findRef(repository, "refs/heads/", wanted.branch);
    return json(201, made && branchView(gitlab, project, user, made));
  });

  router.route("DELETE", `${branches}/:branch`, async (exchange) => {
    const { project, user } = projectFor(gitlab, exchange, ACCESS.developer);
    const name = exchange.param("branch");
    const repository = repositoryOf(gitlab, project);
    if (name === project.defaultBranch) throw refuse(405, "Cannot remove HEAD branch");
    if (!(await findRef(repository, "refs/heads/", name))) throw notFound("Branch");
    await removeBranch(gitlab, project, name, user);
    return empty(204);
  });
}

function tagRoutes(router: Router, gitlab: Gitlab): void {
  const tags = "/api/v4/projects/:id/repository/tags";

  router.route("GET", tags, async (exchange) => {
    const project = readableProject(gitlab, exchange);
    const refs = await listRefs(repositoryOf(gitlab, project), "refs/tags/");
    return page(gitlab, exchange, {
      rows: sortTags(
        refs.filter(({ name }) => nameFits(name, exchange.query.get("search") ?? "")),
        exchange,
      ),
      view: (tag) => tagView(gitlab, project, tag),
      keyset: { parameter: "page_token", keyOf: (tag) => tag.name },
    });
  });

  router.route("GET", `${tags}/:tag`, async (exchange) => {
    const project = readableProject(gitlab, exchange);
    const tag = await findRef(repositoryOf(gitlab, project), "refs/tags/", exchange.param("tag"));
    if (!tag) throw notFound("Tag");
    return json(200, tagView(gitlab, project, tag));
  });

  router.route("POST", tags, async (exchange) => {
    const { project, user } = projectFor(gitlab, exchange, ACCESS.developer);
    const wanted = await parametersOf(
      exchange,
      z.object({ tag_name: z.string(), ref: z.string(), message: z.string().default("") }),
    );
    const repository = repositoryOf(gitlab, project);
    const sha = await resolveCommit(repository, wanted.ref);
    if (!sha) throw refuse(400, `Target ${wanted.ref} is invalid`);
    const annotation = wanted.message ? ["-a", "-m", wanted.message] : [];
    const env = { GIT_COMMITTER_NAME: user.name, GIT_COMMITTER_EMAIL: user.email };
    const made = await tryGit(repository, ["tag", ...annotation, "--", wanted.tag_name, sha], { env });
    if (made.exitCode !== 0) {
      throw refuse(
        400,
        made.stderr.includes("already exists") ? `Tag ${wanted.tag_name} already exists` : "Tag name invalid",
      );
    }
    await gitlab.refsMayHaveMoved(project, user);
    const tag = await findRef(repository, "refs/tags/", wanted.tag_name);
    return json(201, tag && tagView(gitlab, project, tag));
  });

  router.route("DELETE", `${tags}/:tag`, async (exchange) => {
    const { project, user } = projectFor(gitlab, exchange, ACCESS.maintainer);
    const repository = repositoryOf(gitlab, project);
    if (!(await findRef(repository, "refs/tags/", exchange.param("tag")))) throw notFound("Tag");
    await git(repository, ["update-ref", "-d", `refs/tags/${exchange.param("tag")}`]);
    await gitlab.refsMayHaveMoved(project, user);
    return empty(204);
  });
}

async function findRef(
  repository: string,
  prefix: "refs/heads/" | "refs/tags/",
  name: string,
): Promise<Ref | undefined> {
  const refs = await listRefs(repository, prefix);
  return refs.find((ref) => ref.name === name);
}

/** GitLab's search: a part of the name, or its beginning (`^rel`), or its end (`fix$`). */
function nameFits(name: string, search: string): boolean {
  const [text, wanted] = [name.toLowerCase(), search.toLowerCase()];
  if (wanted.startsWith("^")) return text.startsWith(wanted.slice(1));
  if (wanted.endsWith("$")) return text.endsWith(wanted.slice(0, -1));
  return text.includes(wanted);
}

function sortTags(tags: Ref[], { query }: Exchange): Ref[] {
  const orderBy = query.get("order_by") ?? "updated";
  const byVersion = (a: Ref, b: Ref) => a.name.localeCompare(b.name, "en", { numeric: true });
  const byDate = (a: Ref, b: Ref) =>
    Date.parse(a.commit.committer.date) - Date.parse(b.commit.committer.date) || byVersion(a, b);
  const byName = (a: Ref, b: Ref) => (a.name < b.name ? -1 : 1);
  const ascending = tags.sort(orderBy === "version" ? byVersion : orderBy === "name" ? byName : byDate);
  return query.get("sort") === "asc" ? ascending : ascending.reverse();
}
