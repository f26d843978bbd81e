import { z } from "zod";
import { type Exchange, json } from "../../platform/exchange.ts";
import { type Router } from "../../platform/router.ts";
import { accessLevel, actorOf, mayRead, projectFor, readableProject, requireActor } from "../access.ts";
import { fullPath, type Gitlab } from "../context.ts";
import { ACCESS, type Project, type User } from "../model.ts";
import { page } from "../paging.ts";
import { parametersOf } from "../parameters.ts";
import { createProject, deleteProject } from "../project-store.ts";
import { invalidFields, notFound } from "../refusals.ts";
import { projectView, simpleProjectView } from "../views.ts";

const newProject = z.object({
  name: z.string().optional(),
  path: z
    .string()
    .regex(/^[A-Za-z0-9_][\w.-]*$/)
    .optional(),
  namespace_id: z.coerce.number().optional(),
  description: z.string().default(""),
  visibility: z.enum(["public", "private"]).default("private"),
  default_branch: z.string().default("main"),
});

/** https://docs.gitlab.com/api/projects/ */
export function projectRoutes(router: Router, gitlab: Gitlab): void {
  router.route("GET", "/api/v4/projects", (exchange) => {
    const user = actorOf(gitlab, exchange)?.user;
    const rows = selectProjects(gitlab, exchange, user);
    const simple = user === undefined || exchange.query.get("simple") === "true";
    const ascending = exchange.query.get("sort") === "asc";
    return page(gitlab, exchange, {
      rows: ascending ? rows : rows.reverse(),
      view: (project) => (simple ? simpleProjectView(gitlab, project) : projectView(gitlab, project, user)),
      keyset: { parameter: ascending ? "id_after" : "id_before", keyOf: (project) => project.id },
    });
  });

  router.route("GET", "/api/v4/projects/:id", (exchange) => {
    const project = readableProject(gitlab, exchange);
    return json(200, projectView(gitlab, project, actorOf(gitlab, exchange)?.user));
  });

  router.route("POST", "/api/v4/projects", async (exchange) => {
    const { user } = requireActor(gitlab, exchange);
    const wanted = await parametersOf(exchange, newProject);
    const path = wanted.path ?? wanted.name?.toLowerCase().replace(/[^a-z0-9_.-]+/g, "-");
    if (!path) throw invalidFields({ name: ["can't be blank"] });
    const group = gitlab.state.data.groups.find(
      ({ id }) => wanted.namespace_id === undefined || id === wanted.namespace_id,
    );
    if (!group) throw notFound("Namespace");
    if (gitlab.state.data.projects.some((project) => project.groupId === group.id && project.path === path)) {
      throw invalidFields({
        "project_namespace.path": ["has already been taken"],
        path: ["has already been taken"],
        name: ["has already been taken"],
      });
    }
    const { description, visibility, default_branch: defaultBranch } = wanted;
    const project = await createProject(gitlab, {
      group,
      path,
      name: wanted.name ?? path,
      description,
      visibility,
      defaultBranch,
      topics: [],
    });
    await gitlab.state.flush();
    return json(201, projectView(gitlab, project, user));
  });

  router.route("DELETE", "/api/v4/projects/:id", async (exchange) => {
    const { project } = projectFor(gitlab, exchange, ACCESS.owner);
    await deleteProject(gitlab, project);
    return json(202, { message: "202 Accepted" });
  });
}

/** The projects that the query asks for and the caller may see, by ascending id. */
function selectProjects(gitlab: Gitlab, { query }: Exchange, user: User | undefined): Project[] {
  const words = (query.get("search") ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  const minLevel = Number(
    query.get("min_access_level") ?? (query.get("membership") === "true" && user ? ACCESS.guest : 0),
  );
  const archived = query.get("archived");
  const [idAfter, idBefore] = [Number(query.get("id_after") ?? 0), Number(query.get("id_before") ?? Infinity)];
  const text = (project: Project) => {
    const own = [project.name, project.path, project.description];
    return [...own, query.get("search_namespaces") === "true" ? fullPath(gitlab, project) : ""]
      .join("\n")
      .toLowerCase();
  };
  return gitlab.state.data.projects.filter(
    (project) =>
      mayRead(gitlab, project, user) &&
      accessLevel(gitlab, project, user) >= minLevel &&
      (archived === null || String(project.archived) === archived) &&
      project.id > idAfter &&
      project.id < idBefore &&
      words.every((word) => text(project).includes(word)),
  );
}
