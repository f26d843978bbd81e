import { randomBytes } from "node:crypto";
import { z } from "zod";
import { type Exchange, json } from "../../platform/exchange.ts";
import { type Router } from "../../platform/router.ts";
import { mayRead, requireActor } from "../access.ts";
import { type Gitlab, groupNamed, nextId } from "../context.ts";
import { GITLAB_VERSION } from "../deliveries.ts";
import { type Group, type User } from "../model.ts";
import { page } from "../paging.ts";
import { parametersOf } from "../parameters.ts";
import { notFound, refuse } from "../refusals.ts";
import { projectView, userView } from "../views.ts";

/** Version, users, tokens and groups: https://docs.gitlab.com/api/users/ and /api/groups/ */
export function peopleRoutes(router: Router, gitlab: Gitlab): void {
  for (const path of ["version", "metadata"]) {
    router.route("GET", `/api/v4/${path}`, (exchange) => {
      requireActor(gitlab, exchange);
      return json(200, { version: GITLAB_VERSION, revision: "sandbox", enterprise: false });
    });
  }
  userRoutes(router, gitlab);
  groupRoutes(router, gitlab);
}

function userRoutes(router: Router, gitlab: Gitlab): void {
  router.route("GET", "/api/v4/user", (exchange) => {
    const { user } = requireActor(gitlab, exchange);
    return json(200, {
      ...userView(gitlab, user),
      email: user.email,
      public_email: "",
      is_admin: user.admin,
      bot: false,
    });
  });

  router.route("GET", "/api/v4/users", (exchange) => {
    requireActor(gitlab, exchange);
    const { query } = exchange;
    const search = (query.get("search") ?? "").toLowerCase();
    const rows = gitlab.state.data.users.filter(
      (user) =>
        (query.get("username") ?? user.username) === user.username &&
        `${user.username}\n${user.name}\n${user.email}`.toLowerCase().includes(search),
    );
    return page(gitlab, exchange, { rows, view: (user) => userView(gitlab, user) });
  });

  router.route("GET", "/api/v4/users/:id", (exchange) => {
    requireActor(gitlab, exchange);
    return json(200, userView(gitlab, userNamed(gitlab, exchange)));
  });

  router.route("POST", "/api/v4/users/:id/personal_access_tokens", async (exchange) => {
    const { user: caller } = requireActor(gitlab, exchange);
    if (!caller.admin) throw refuse(403, "403 Forbidden");
    const owner = userNamed(gitlab, exchange);
    const wanted = await parametersOf(exchange, z.object({ name: z.string(), scopes: z.array(z.string()).min(1) }));
    const value = `glpat-${randomBytes(15).toString("base64url")}`;
    const createdAt = gitlab.now().toISOString();
    const token = { id: nextId(gitlab), userId: owner.id, ...wanted, value, createdAt };
    gitlab.state.data.tokens.push(token);
    await gitlab.state.flush();
    return json(201, {
      id: token.id,
      name: token.name,
      scopes: token.scopes,
      user_id: owner.id,
      active: true,
      revoked: false,
      created_at: createdAt,
      token: value,
    });
  });
}

function groupRoutes(router: Router, gitlab: Gitlab): void {
  router.route("GET", "/api/v4/groups", (exchange) => {
    requireActor(gitlab, exchange);
    const search = (exchange.query.get("search") ?? "").toLowerCase();
    const rows = gitlab.state.data.groups.filter((group) =>
      `${group.name}\n${group.path}`.toLowerCase().includes(search),
    );
    return page(gitlab, exchange, { rows, view: (group) => groupView(gitlab, group) });
  });

  router.route("GET", "/api/v4/groups/:id", (exchange) => {
    requireActor(gitlab, exchange);
    return json(200, groupView(gitlab, groupNamed(gitlab, exchange.param("id"))));
  });

  router.route("GET", "/api/v4/groups/:id/projects", (exchange) => {
    const { user } = requireActor(gitlab, exchange);
    const group = groupNamed(gitlab, exchange.param("id"));
    const rows = gitlab.state.data.projects.filter(
      (project) => project.groupId === group.id && mayRead(gitlab, project, user),
    );
    return page(gitlab, exchange, { rows: rows.reverse(), view: (project) => projectView(gitlab, project, user) });
  });
}

function userNamed(gitlab: Gitlab, exchange: Exchange): User {
  const user = gitlab.state.data.users.find(({ id }) => String(id) === exchange.param("id"));
  if (!user) throw notFound("User");
  return user;
}

const groupView = (gitlab: Gitlab, group: Group) => ({
  id: group.id,
  name: group.name,
  path: group.path,
  description: "",
  visibility: "public",
  full_name: group.name,
  full_path: group.path,
  parent_id: null,
  avatar_url: null,
  created_at: group.createdAt,
  web_url: `${gitlab.url}/groups/${group.path}`,
});
