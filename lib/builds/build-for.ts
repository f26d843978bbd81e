import "server-only";
import { type Actor } from "#lib/access/route";
import { authorize } from "#lib/access/route/scope";
import { allows, type TeamPermission } from "#lib/access/rules";
import { type Db } from "#lib/platform/db";
import { NotFound } from "#lib/platform/errors";

/**
 * The build with this id, if the actor may do this to it: rights come from its app's team, read from the row.
 * Who may not even see it gets NotFound, so that ids cannot be probed; who sees it but may not gets Denied.
 */
export async function buildFor(db: Db, actor: Actor, permission: TeamPermission, id: string) {
  const build = await db.build.findUnique({
    where: { id },
    select: { id: true, number: true, appId: true, app: { select: { name: true, teamId: true } } },
  });
  if (!build || !allows(actor, "build.read", build.app.teamId)) throw new NotFound("There is no such build.");
  authorize(actor, permission, build.app.teamId);
  return build;
}
