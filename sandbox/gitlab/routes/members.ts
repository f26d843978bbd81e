import { z } from "zod";
import { type Exchange, empty, json } from "../../platform/exchange.ts";
import { type Router } from "../../platform/router.ts";
import { accessLevel, readableProject, requireActor } from "../access.ts";
import { type Gitlab, groupNamed, groupOf, userById } from "../context.ts";
import { ACCESS, type Member, type User } from "../model.ts";
import { page } from "../paging.ts";
import { parametersOf } from "../parameters.ts";
import { invalidFields, notFound, refuse } from "../refusals.ts";
import { userView } from "../views.ts";

const level = z.coerce.number().int();
const newMember = z.object({
  user_id: z.coerce.number().optional(),
  username: z.string().optional(),
  access_level: level,
});

/** Whose members they are: a project's own and those that its group hands down, or a group's. */
interface Holder {
  members: Member[];
  inherited: Member[];
  /** What the caller may do here, and what it takes to change the members. */
  callerLevel: number;
  neededLevel: number;
}

/** https://docs.gitlab.com/api/members/ — direct members at `/members`, with the inherited ones at `/members/all`. */
export function memberRoutes(router: Router, gitlab: Gitlab): void {
  const holders = {
    projects: (exchange: Exchange): Holder => {
      const { user } = requireActor(gitlab, exchange);
      const project = readableProject(gitlab, exchange);
      const inherited = groupOf(gitlab, project).members;
      const callerLevel = accessLevel(gitlab, project, user);
      return { members: project.members, inherited, callerLevel, neededLevel: ACCESS.maintainer };
    },
    groups: (exchange: Exchange): Holder => {
      const { user } = requireActor(gitlab, exchange);
      const { members } = groupNamed(gitlab, exchange.param("id"));
      const own = members.find(({ userId }) => userId === user.id)?.accessLevel ?? 0;
      const callerLevel = user.admin ? ACCESS.owner : own;
      return { members, inherited: [], callerLevel, neededLevel: ACCESS.owner };
    },
  };
  for (const [kind, holderOf] of Object.entries(holders)) addRoutes(router, gitlab, kind, holderOf);
}

function addRoutes(router: Router, gitlab: Gitlab, kind: string, holderOf: (exchange: Exchange) => Holder): void {
  const path = `/api/v4/${kind}/:id/members`;
  const view = (member: Member) => memberView(gitlab, member);
  const manage = (exchange: Exchange): Holder => {
    const holder = holderOf(exchange);
    if (holder.callerLevel < holder.neededLevel) throw refuse(403, "403 Forbidden");
    return holder;
  };

  for (const suffix of ["/all", ""]) {
    const rowsOf = ({ members, inherited }: Holder) => (suffix === "" ? members : highest([...members, ...inherited]));
    router.route("GET", path + suffix, (exchange) => {
      const query = (exchange.query.get("query") ?? "").toLowerCase();
      const fits = ({ userId }: Member) => nameOf(userById(gitlab, userId)).includes(query);
      return page(gitlab, exchange, { rows: rowsOf(holderOf(exchange)).filter(fits), view });
    });
    router.route("GET", `${path + suffix}/:user`, (exchange) =>
      json(200, view(find(rowsOf(holderOf(exchange)), exchange))),
    );
  }

  router.route("POST", path, async (exchange) => {
    const { members, callerLevel } = manage(exchange);
    const wanted = await parametersOf(exchange, newMember);
    const { user_id: id, username } = wanted;
    const user = gitlab.state.data.users.find((each) => each.id === id || each.username === username);
    if (!user) throw notFound("User");
    if (members.some(({ userId }) => userId === user.id)) throw refuse(409, "Member already exists");
    const member = { userId: user.id, accessLevel: grantable(wanted.access_level, callerLevel) };
    members.push(member);
    await gitlab.state.flush();
    return json(201, view(member));
  });

  router.route("PUT", `${path}/:user`, async (exchange) => {
    const { members, callerLevel } = manage(exchange);
    const member = find(members, exchange);
    const wanted = await parametersOf(exchange, z.object({ access_level: level }));
    member.accessLevel = grantable(wanted.access_level, callerLevel);
    await gitlab.state.flush();
    return json(200, view(member));
  });

  router.route("DELETE", `${path}/:user`, async (exchange) => {
    const { members } = manage(exchange);
    members.splice(members.indexOf(find(members, exchange)), 1);
    await gitlab.state.flush();
    return empty(204);
  });
}

function find(members: Member[], exchange: Exchange): Member {
  const member = members.find(({ userId }) => String(userId) === exchange.param("user"));
  if (!member) throw refuse(404, "404 Not found");
  return member;
}

/** Nobody hands out more than he has. */
function grantable(wanted: number, callerLevel: number): number {
  const levels: number[] = Object.values(ACCESS);
  if (!levels.includes(wanted)) throw invalidFields({ access_level: ["is not included in the list"] });
  if (wanted > callerLevel) throw refuse(403, "403 Forbidden");
  return wanted;
}

/** One row for each person: the higher level counts. */
const highest = (members: Member[]): Member[] =>
  [...Map.groupBy(members, ({ userId }) => userId)].map(([userId, rows]) => ({
    userId,
    accessLevel: Math.max(...rows.map(({ accessLevel: each }) => each)),
  }));

const nameOf = ({ username, name }: User): string => `${username}\n${name}`.toLowerCase();

const memberView = (gitlab: Gitlab, { userId, accessLevel: access }: Member) => ({
  ...userView(gitlab, userById(gitlab, userId)),
  access_level: access,
  membership_state: "active",
  expires_at: null,
});
