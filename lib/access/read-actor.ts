import "server-only";
import { z } from "zod";
import { Prisma } from "#lib/platform/db";
import { type Actor } from "./actor.ts";
import { TEAM_ROLES } from "./rules.ts";

/**
 * What of a user's row makes an actor, as one document beside the `session` or `token` that a query finds: a request asks
 * who sends it before anything else, and so one question must be enough. Joins `users person`.
 */
export const PERSON = Prisma.sql`
  jsonb_build_object('id', person.id, 'username', person.username, 'name', person.name, 'isAdmin', person.is_admin,
    'locale', person.locale, 'isDisabled', person.disabled_at is not null, 'memberships', coalesce((
      select jsonb_agg(jsonb_build_object('teamId', team.id, 'role', membership.role, 'slug', team.slug, 'team', team.name)
        order by team.slug)
      from memberships membership join teams team on team.id = membership.team_id where membership.user_id = person.id
    ), '[]'))`;

export const person = z.object({
  id: z.string(),
  username: z.string(),
  name: z.string(),
  isAdmin: z.boolean(),
  locale: z.string().nullable(),
  isDisabled: z.boolean(),
  memberships: z.array(z.object({ teamId: z.string(), role: z.enum(TEAM_ROLES), slug: z.string(), team: z.string() })),
});

/** Null for a disabled account. */
export const actorOf = ({ isDisabled, ...rest }: z.infer<typeof person>, via: Actor["via"]): Actor | null =>
  isDisabled ? null : { ...rest, via };
