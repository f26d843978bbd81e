import "server-only";
import { allows, type Subject, type TeamPermission } from "#lib/access/rules";
import { type Db } from "#lib/platform/db";
import { Denied, NotFound } from "#lib/platform/errors";

const STRICTER_IN_PRODUCTION = { "release.abort": "release.abort.prod", "release.read": "release.read" } as const;

/**
 * A release by its id, for somebody who may do this to it: NotFound when they may not even see it, Denied when the right
 * is missing. What touches production asks for more.
 */
export async function releaseFor(
  db: Db,
  actor: Subject,
  permission: keyof typeof STRICTER_IN_PRODUCTION,
  id: string,
): Promise<{ id: string; number: number; app: { id: string; name: string; teamId: string } }> {
  const release = await db.release.findUnique({
    where: { id },
    select: {
      id: true,
      number: true,
      app: { select: { id: true, name: true, teamId: true } },
      environment: { select: { purpose: true } },
    },
  });
  if (!release || !allows(actor, "release.read", release.app.teamId)) throw new NotFound("There is no such release.");
  const production = release.environment.purpose === "prod";
  const needed: TeamPermission = production ? STRICTER_IN_PRODUCTION[permission] : permission;
  if (!allows(actor, needed, release.app.teamId)) {
    throw new Denied("You may not do that to this release.", { next: "Ask an operator or manager of the team." });
  }
  return release;
}
