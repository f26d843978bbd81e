/**
 * The one permission table. The server asks it before every handler, the UI asks it before every button,
 * and a test walks it over every route and role. A right on an app or environment comes from the role in the app's team.
 */
export const TEAM_ROLES = ["viewer", "developer", "operator", "manager"] as const;
export type TeamRole = (typeof TEAM_ROLES)[number];

const EVERY_ROLE = TEAM_ROLES;
const WRITERS = ["developer", "operator", "manager"] as const;
const OPERATORS = ["operator", "manager"] as const;

/** What members of a team may do to what the team owns. */
export const TEAM_PERMISSIONS = {
  "app.read": EVERY_ROLE,
  "app.create": WRITERS,
  // Takes in what somebody else made, so in production it asks for what releasing there asks for.
  "app.import": WRITERS,
  "app.edit": WRITERS,
  "app.logs": EVERY_ROLE,
  // Keeps lines as evidence, for everyone who may read logs.
  "app.logs.pin": WRITERS,
  // A shell is a right of its own (LESSONS: "any member could reach a root shell").
  "app.terminal": WRITERS,
  "app.terminal.prod": OPERATORS,
  // See, replay and end terminals: one's own, and those of others.
  "app.terminal.own": WRITERS,
  "app.terminal.review": OPERATORS,
  // Agree to those of others, where an environment asks for it.
  "app.terminal.approve": OPERATORS,
  // It takes production with it, so it asks for what production asks for.
  "app.retire": OPERATORS,
  "build.read": EVERY_ROLE,
  "build.run": WRITERS,
  "build.cancel": WRITERS,
  "release.read": EVERY_ROLE,
  "release.create": WRITERS,
  "release.abort": WRITERS,
  "release.pause": WRITERS,
  "release.promote": WRITERS,
  "pod.delete": WRITERS,
  // Moves the routes of a whole environment to the other gateway, and back.
  "gateway.move": OPERATORS,
  // A saved version changes nothing that runs: in production too, releasing it is what asks for more.
  "config.read": EVERY_ROLE,
  "config.edit": WRITERS,
  // Production asks for more: a developer proposes, an operator or manager releases.
  "app.import.prod": OPERATORS,
  "release.create.prod": OPERATORS,
  "release.abort.prod": OPERATORS,
  "release.pause.prod": OPERATORS,
  "release.promote.prod": OPERATORS,
  "pod.delete.prod": OPERATORS,
} as const satisfies Record<string, readonly TeamRole[]>;
export type TeamPermission = keyof typeof TEAM_PERMISSIONS;

/** What everyone who is signed in may do, and what only a platform admin may. */
export const PLATFORM_PERMISSIONS = {
  "self.read": "anyone",
  "self.edit": "anyone",
  "team.list": "anyone",
  "environment.list": "anyone",
  "environment.edit": "admin",
  "system.read": "anyone",
  "system.check": "anyone",
  "repository.search": "anyone",
  // Which services one may change is asked for each of them.
  "bulk.run": "anyone",
  "bulk.read": "anyone",
  "draft.edit": "anyone",
  "audit.read": "admin",
} as const satisfies Record<string, "anyone" | "admin">;
export type PlatformPermission = keyof typeof PLATFORM_PERMISSIONS;

export type Permission = TeamPermission | PlatformPermission;

export type Membership = { teamId: string; role: TeamRole };
/** The part of a person that decisions need. */
export type Subject = { isAdmin: boolean; memberships: readonly Membership[] };

export const isTeamPermission = (permission: Permission): permission is TeamPermission =>
  Object.hasOwn(TEAM_PERMISSIONS, permission);

/** Does this role carry this right? */
export const roleAllows = (role: TeamRole, permission: TeamPermission): boolean =>
  (TEAM_PERMISSIONS[permission] as readonly TeamRole[]).includes(role);

/**
 * May the subject do this? `teamId` is the owner of what is touched and is needed for team permissions.
 * Admins may do everything but read others' secrets (which no permission here grants).
 */
export function allows(subject: Subject, permission: Permission, teamId?: string): boolean {
  if (subject.isAdmin) return true;
  if (!isTeamPermission(permission)) return PLATFORM_PERMISSIONS[permission] === "anyone";
  return subject.memberships.some((m) => m.teamId === teamId && roleAllows(m.role, permission));
}

/** The right that takes the place of this one in production: the same where the table has no stricter one. */
export function stricterInProduction(permission: Permission): Permission {
  const stricter = Object.keys(TEAM_PERMISSIONS).find((name) => name === `${permission}.prod`);
  return stricter === undefined ? permission : (stricter as TeamPermission);
}

/** The roles that would be enough, for the sentence beside a disabled button. */
export const rolesFor = (permission: TeamPermission): readonly TeamRole[] => TEAM_PERMISSIONS[permission];
