import "server-only";
import { appSpec } from "#lib/apps/spec-schema";
import { type Db } from "#lib/platform/db";
import { containerOf } from "#lib/releases/manifests/object";

/** The container whose log is an app's own in an environment: named for the app, or as an imported one was found. */
export async function ownContainerOf(db: Db, app: { id: string; name: string }, environment: string): Promise<string> {
  const row = await db.release.findFirst({
    where: { appId: app.id, environment: { name: environment } },
    orderBy: { number: "desc" },
    select: { spec: true },
  });
  return row ? containerOf({ app, spec: appSpec.parse(row.spec) }) : app.name;
}
