import "server-only";
import { type Db } from "#lib/platform/db";
import { type Actor } from "./actor.ts";
import { type MeView } from "./me-schema.ts";
import { viewOf } from "./queries.ts";

/** Keeps a person's own choice of language; null follows the browser. */
export async function editMe(db: Db, actor: Actor, { locale }: Pick<MeView, "locale">): Promise<MeView> {
  await db.user.update({ where: { id: actor.id }, data: { locale } });
  return viewOf({ ...actor, locale });
}
