import "server-only";
import { type Tx } from "#lib/platform/db";
import { KEEPABLE_KINDS } from "./retiring-rules.ts";

/**
 * Why the name is not free, as a message key; null when it is. A retired service gives its name back, unless it left
 * volumes or images: under the same name a new service would silently take them over.
 */
export async function nameTaken(db: Pick<Tx, "app">, name: string): Promise<"name.taken" | "name.kept" | null> {
  const left = { kind: { in: Object.values(KEEPABLE_KINDS) }, state: { not: "absent" as const } };
  const holder = await db.app.findFirst({
    where: { name, OR: [{ retiredAt: null }, { ledger: { some: left } }] },
    orderBy: { retiredAt: { sort: "asc", nulls: "first" } },
    select: { retiredAt: true },
  });
  if (!holder) return null;
  return holder.retiredAt === null ? "name.taken" : "name.kept";
}
