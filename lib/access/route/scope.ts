import "server-only";
import { type Db } from "#lib/platform/db";
import { Denied, Invalid, NotFound } from "#lib/platform/errors";
import { isStorable } from "#lib/platform/storable";
import { type Actor } from "../actor.ts";
import { type AuditSubject } from "../audit.ts";
import {
  allows,
  isTeamPermission,
  type Permission,
  roleAllows,
  rolesFor,
  stricterInProduction,
  type TeamPermission,
} from "../rules.ts";
import { findApp, findBuild, findEnvironment, findRelease, findRetirement, findTeam } from "./find-scope.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** What a request is about: the names of the input's fields that say so. The rows themselves come from the database. */
export type ScopeSpec<Field extends string = string> = {
  /** Id or name of an app: rights come from its team. */
  app?: Field;
  /** Id of a build or release: rights come from its app's team, for a release also from its environment. */
  build?: Field;
  release?: Field;
  /** Id of a retirement: rights come from the team of the app that went, or is going. */
  retirement?: Field;
  /** Id of the team that will own what is made. */
  team?: Field;
  /** Id of an environment; in production the stricter `<permission>.prod` holds where there is one. */
  environment?: Field;
  /** A list over all teams in which the actor has the permission. */
  ownTeams?: true;
};

type Found<Find extends (...given: never[]) => Promise<unknown>> = NonNullable<Awaited<ReturnType<Find>>>;
type Rows = {
  app: Found<typeof findApp>;
  build: Found<typeof findBuild>;
  release: Found<typeof findRelease>;
  retirement: Found<typeof findRetirement>;
  team: Found<typeof findTeam>;
  environment: Found<typeof findEnvironment>;
  /** Null = every team, for admins. */
  ownTeams: readonly string[] | null;
};
export type ScopeKey = keyof Rows;
export type ScopeOf<K extends ScopeKey> = Pick<Rows, K>;
/** What has been read, whatever the route asked for. */
type AnyScope = Partial<Rows>;
type Owner = Pick<AnyScope, "app" | "build" | "release" | "retirement" | "team">;
/** What was sent, before anything of it has been checked. */
type Values = Readonly<Record<string, unknown>>;

/** Reads what the request is about. What the actor may not even see is NotFound, so that ids cannot be probed. */
export async function findOwner(db: Db, actor: Actor, spec: ScopeSpec, values: Values): Promise<Owner> {
  const seen = <Row>(right: TeamPermission, row: Row | null, teamOf: (row: Row) => string, what: string): Row => {
    if (row === null || !allows(actor, right, teamOf(row))) throw new NotFound(`There is no such ${what}.`);
    return row;
  };
  const byId = async <Row>(find: (db: Db, id: string) => Promise<Row | null>, field: string) => {
    const id = idIn(values, field);
    return id === undefined ? null : find(db, id);
  };
  const owner: Owner = {};
  if (spec.app) {
    const name = textIn(values, spec.app);
    const app = name === undefined ? null : await findApp(db, UUID.test(name) ? { id: name } : { name });
    owner.app = seen("app.read", app, (row) => row.teamId, "service");
  }
  if (spec.build) {
    owner.build = seen("build.read", await byId(findBuild, spec.build), (row) => row.app.teamId, "build");
  }
  if (spec.release) {
    owner.release = seen("release.read", await byId(findRelease, spec.release), (row) => row.app.teamId, "release");
  }
  if (spec.retirement) {
    const row = await byId(findRetirement, spec.retirement);
    owner.retirement = seen("app.read", row, ({ app }) => app.teamId, "retirement");
  }
  // A body that names no team is about none yet; permit() then asks whether there is any in which it could be.
  if (spec.team && idIn(values, spec.team) !== undefined) {
    owner.team = seen("app.read", await byId(findTeam, spec.team), (row) => row.id, "team");
  }
  return owner;
}

/**
 * Asks the permission table, knowing no more of the input than what it is about: whoever lacks the right learns nothing
 * about the rest. Throws Denied, with the roles that may; returns the scope.
 */
export async function permit(
  db: Db,
  actor: Actor,
  permission: Permission,
  spec: ScopeSpec,
  values: Values,
  owner: Owner,
): Promise<AnyScope> {
  // A list over one's own teams is narrowed, not refused.
  if (spec.ownTeams) return { ...owner, ownTeams: actor.isAdmin ? null : teamsWith(actor, permission) };
  const teamId = teamOf(owner);
  const authorize = (needed: Permission) => {
    const unnamed = teamId === undefined && spec.team !== undefined;
    const may = unnamed ? actor.isAdmin || teamsWith(actor, needed).length > 0 : allows(actor, needed, teamId);
    if (!may) throw new Denied("You may not do that here.", { next: whoMay(needed) });
  };
  authorize(permission);
  const environment = await environmentIn(db, spec, values);
  const purpose = environment?.purpose ?? owner.release?.environment.purpose;
  if (purpose === "prod") authorize(stricterInProduction(permission));
  return { ...owner, environment };
}

/** Tells the compiler that what the route asked for has been read: input that passed its schema has named it. */
export function requireRead<K extends ScopeKey>(scope: AnyScope, keys: readonly string[]): asserts scope is ScopeOf<K> {
  for (const key of keys) if (Reflect.get(scope, key) === undefined) throw new TypeError(`scope ${key} was not read`);
}

/** What the audit log says a request was about. */
export function subjectOf(owner: Owner): AuditSubject | undefined {
  const { build, release, team } = owner;
  const app = owner.app ?? owner.retirement?.app;
  if (app) return { kind: "app", id: app.id, name: app.name, teamId: app.teamId };
  for (const [kind, row] of [["build", build] as const, ["release", release] as const]) {
    if (row) return { kind, id: row.id, name: `${row.app.name} #${row.number}`, teamId: row.app.teamId };
  }
  return team && { kind: "team", id: team.id, name: team.slug, teamId: team.id };
}

const teamOf = ({ app, build, release, retirement, team }: Owner): string | undefined =>
  app?.teamId ?? (build ?? release ?? retirement)?.app.teamId ?? team?.id;

const whoMay = (permission: Permission): string =>
  isTeamPermission(permission)
    ? `The team's ${rolesFor(permission).join("s or ")}s may; ask one of them.`
    : "Ask a platform admin.";

const teamsWith = (actor: Actor, permission: Permission): string[] =>
  actor.memberships
    .filter(({ role }) => isTeamPermission(permission) && roleAllows(role, permission))
    .map(({ teamId }) => teamId);

async function environmentIn(db: Db, spec: ScopeSpec, values: Values): Promise<AnyScope["environment"]> {
  const field = spec.environment;
  const id = field && idIn(values, field);
  if (!id) return undefined;
  const environment = await findEnvironment(db, id);
  if (environment === null) {
    throw new Invalid("There is no such environment.", { fields: [{ path: field, message: "environment.unknown" }] });
  }
  return environment;
}

/** Undefined for everything that cannot name a row: the input's schema says what is wrong with it. */
function textIn(values: Values, field: string): string | undefined {
  const value = values[field];
  return typeof value === "string" && isStorable(value) ? value : undefined;
}

function idIn(values: Values, field: string): string | undefined {
  const text = textIn(values, field);
  return text !== undefined && UUID.test(text) ? text : undefined;
}
