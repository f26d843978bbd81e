import { parseAuthorization, secretsEqual } from "../platform/credentials.ts";
import { type Exchange } from "../platform/exchange.ts";
import { findProject, type Gitlab, userById } from "./context.ts";
import { ACCESS, type Project, type Token, type User } from "./model.ts";
import { expiredToken, insufficientScope, notFound, refuse } from "./refusals.ts";

export interface Actor {
  user: User;
  token: Token;
}

/** The token that a request shows, wherever GitLab accepts it; undefined when it shows none. */
function shownToken(exchange: Exchange): string | undefined {
  const header = exchange.headers["private-token"];
  if (typeof header === "string") return header;
  const authorization = parseAuthorization(exchange.headers.authorization);
  if (authorization?.scheme === "bearer") return authorization.token;
  return exchange.query.get("private_token") ?? undefined;
}

export function actorOfToken(gitlab: Gitlab, value: string): Actor | undefined {
  const token = gitlab.state.data.tokens.find((candidate) => secretsEqual(candidate.value, value));
  if (token?.grant && token.grant.expiresAt <= gitlab.now().getTime()) throw expiredToken();
  return token && { token, user: userById(gitlab, token.userId) };
}

/** Who holds the token of RFC 6750 that a request shows, whatever it is good for. */
export function bearerOf(gitlab: Gitlab, exchange: Exchange): Actor | undefined {
  const authorization = parseAuthorization(exchange.headers.authorization);
  return authorization?.scheme === "bearer" ? actorOfToken(gitlab, authorization.token) : undefined;
}

/** Who calls the API: undefined for an anonymous call; a wrong or too narrow token is refused. */
export function actorOf(gitlab: Gitlab, exchange: Exchange): Actor | undefined {
  const shown = shownToken(exchange);
  if (shown === undefined) return undefined;
  const actor = actorOfToken(gitlab, shown);
  if (!actor) throw refuse(401, "401 Unauthorized");
  const reads = exchange.method === "GET" || exchange.method === "HEAD";
  const isAboutSelf = reads && exchange.path === "/api/v4/user";
  const enough = ["api", ...(reads ? ["read_api"] : []), ...(isAboutSelf ? ["read_user"] : [])];
  if (!actor.token.scopes.some((scope) => enough.includes(scope))) throw insufficientScope(enough);
  return actor;
}

export function requireActor(gitlab: Gitlab, exchange: Exchange): Actor {
  const actor = actorOf(gitlab, exchange);
  if (!actor) throw refuse(401, "401 Unauthorized");
  return actor;
}

/** 0 for a stranger. Group members inherit their level to each project of the group; the higher level counts. */
export function accessLevel(gitlab: Gitlab, project: Project, user: User | undefined): number {
  if (!user) return 0;
  if (user.admin) return ACCESS.owner;
  const group = gitlab.state.data.groups.find((candidate) => candidate.id === project.groupId);
  const rows = [...project.members, ...(group?.members ?? [])].filter((member) => member.userId === user.id);
  return Math.max(0, ...rows.map((member) => member.accessLevel));
}

export const mayRead = (gitlab: Gitlab, project: Project, user: User | undefined): boolean =>
  project.visibility === "public" || accessLevel(gitlab, project, user) >= ACCESS.guest;

/** The project that `:id` names, if the caller may see it: what one may not see is not found. */
export function readableProject(gitlab: Gitlab, exchange: Exchange): Project {
  const actor = actorOf(gitlab, exchange);
  const project = findProject(gitlab, exchange.param("id"));
  if (!project || !mayRead(gitlab, project, actor?.user)) throw notFound("Project");
  return project;
}

/** The same, for a caller that must hold at least `level` there. */
export function projectFor(gitlab: Gitlab, exchange: Exchange, level: number): { project: Project; user: User } {
  const { user } = requireActor(gitlab, exchange);
  const project = readableProject(gitlab, exchange);
  if (accessLevel(gitlab, project, user) < level) throw refuse(403, "403 Forbidden");
  return { project, user };
}
