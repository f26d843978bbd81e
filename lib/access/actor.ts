import { type Membership } from "./rules.ts";

/** Who asks, as read from the database for this very request. */
export type Actor = {
  id: string;
  username: string;
  name: string;
  isAdmin: boolean;
  locale: string | null;
  memberships: readonly (Membership & { slug: string; team: string })[];
  /** The sign-in or the token that spoke for them. */
  via: { session: string } | { token: string };
};

/** What of a user's row makes an actor. */
export const ACTOR_SELECT = {
  id: true,
  username: true,
  name: true,
  isAdmin: true,
  locale: true,
  disabledAt: true,
  memberships: { select: { teamId: true, role: true, team: { select: { slug: true, name: true } } } },
} as const;

type ActorRow = Omit<Actor, "memberships" | "via"> & {
  disabledAt: Date | null;
  memberships: (Membership & { team: { slug: string; name: string } })[];
};

/** Null for a disabled account. */
export function actorOf(row: ActorRow, via: Actor["via"]): Actor | null {
  if (row.disabledAt !== null) return null;
  const { id, username, name, isAdmin, locale } = row;
  const memberships = row.memberships.map(({ teamId, role, team }) => ({
    teamId,
    role,
    slug: team.slug,
    team: team.name,
  }));
  return { id, username, name, isAdmin, locale, memberships, via };
}
