import "server-only";
import { type Db } from "#lib/platform/db";
import { Denied, Invalid, NotFound } from "#lib/platform/errors";
import { type Actor } from "../actor.ts";
import { allows, isTeamPermission, type Permission, roleAllows, rolesFor, TEAM_PERMISSIONS } from "../rules.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** What a request is about, said by the input and read from the database. */
export type ScopeSpec<Input> = {
  /** Id or name of an app: rights come from its team. */
  app?: (input: Input) => string;
  /** Id of the team that will own what is made. */
  team?: (input: Input) => string;
  /** Id or name of an environment; in production the stricter `<permission>.prod` holds where there is one. */
  environment?: (input: Input) => string;
  /** A list over all teams in which the actor has the permission. */
  ownTeams?: true;
};

type AppRow = Awaited<ReturnType<typeof findApp>>;
type TeamRow = Awaited<ReturnType<typeof findTeam>>;
type EnvironmentRow = Awaited<ReturnType<typeof findEnvironment>>;
type Rows = {
  app: AppRow;
  team: TeamRow;
  environment: EnvironmentRow;
  /** Null = every team, for admins. */
  ownTeams: readonly string[] | null;
};
export type ScopeKey = keyof Rows;
export type ScopeOf<K extends ScopeKey> = Pick<Rows, K>;

/** Reads what the request is about. What the actor may not even see is NotFound, so that ids cannot be probed. */
export async function loadScope<Input>(
  db: Db,
  actor: Actor,
  permission: Permission,
  spec: ScopeSpec<Input>,
  input: Input,
): Promise<AnyScope> {
  const app = spec.app && (await findApp(db, spec.app(input)));
  if (app) requireSight(actor, app.teamId, "There is no such service.");
  const team = spec.team && (await findTeam(db, spec.team(input)));
  if (team) requireSight(actor, team.id, "There is no such team.");
  const environment = spec.environment && (await findEnvironment(db, spec.environment(input)));
  const ownTeams = spec.ownTeams && teamsWith(actor, permission);
  return { app, team, environment, ownTeams };
}

/** What has been read, whatever the route asked for. */
export type AnyScope = Partial<Rows>;

/** Tells the compiler that what the route asked for has been read (the readers throw when it is not there). */
export function requireRead<K extends ScopeKey>(scope: AnyScope, keys: readonly string[]): asserts scope is ScopeOf<K> {
  for (const key of keys) if (Reflect.get(scope, key) === undefined) throw new TypeError(`scope ${key} was not read`);
}

/** Throws Denied, with the roles that may, when the actor sees this but may not do that. */
export function authorizeScope(actor: Actor, permission: Permission, scope: AnyScope): void {
  // A list over one's own teams is narrowed, not refused.
  if (scope.ownTeams !== undefined) return;
  const needed = scope.environment?.purpose === "prod" ? inProduction(permission) : permission;
  authorize(actor, needed, scope.app?.teamId ?? scope.team?.id);
}

/** Throws Denied, with a sentence that says who may, unless the permission table allows it. */
export function authorize(actor: Actor, permission: Permission, teamId?: string): void {
  if (allows(actor, permission, teamId)) return;
  const who = isTeamPermission(permission) ? rolesFor(permission).join(" or ") : "platform admin";
  throw new Denied("You may not do that here.", { next: `Ask a ${who} of the team.` });
}

function requireSight(actor: Actor, teamId: string, otherwise: string): void {
  if (!allows(actor, "app.read", teamId)) throw new NotFound(otherwise);
}

function inProduction(permission: Permission): Permission {
  const stricter = `${permission}.prod`;
  return stricter in TEAM_PERMISSIONS ? (stricter as Permission) : permission;
}

function teamsWith(actor: Actor, permission: Permission): string[] | null {
  if (actor.isAdmin) return null;
  const allowed = actor.memberships.filter((m) => isTeamPermission(permission) && roleAllows(m.role, permission));
  return allowed.map((membership) => membership.teamId);
}

async function findApp(db: Db, idOrName: string) {
  const app = await db.app.findFirst({ where: UUID.test(idOrName) ? { id: idOrName } : { name: idOrName } });
  if (app === null || app.retiredAt !== null) throw new NotFound("There is no such service.");
  return app;
}

async function findTeam(db: Db, id: string) {
  const team = UUID.test(id) ? await db.team.findUnique({ where: { id } }) : null;
  if (team === null) throw new NotFound("There is no such team.");
  return team;
}

async function findEnvironment(db: Db, idOrName: string) {
  const environment = await db.environment.findFirst({
    where: UUID.test(idOrName) ? { id: idOrName } : { name: idOrName },
  });
  if (environment === null) {
    throw new Invalid("There is no such environment.", {
      fields: [{ path: "environment", message: "environment.unknown" }],
    });
  }
  return environment;
}
