import "server-only";
import { type Tx } from "#lib/platform/db";
import { KEEPABLE_KINDS } from "./retiring-rules.ts";

const left = { kind: { in: Object.values(KEEPABLE_KINDS) }, state: { not: "absent" as const } };
const holdsItsName = { OR: [{ retiredAt: null }, { ledger: { some: left } }] };

/** Those of the names that are not free. */
export async function takenNames(db: Pick<Tx, "app">, names: string[]): Promise<Set<string>> {
  const holders = await db.app.findMany({ where: { name: { in: names }, ...holdsItsName }, select: { name: true } });
  return new Set(holders.map(({ name }) => name));
}

/**
 * Why the name is not free, as a message key; null when it is. A retired service gives its name back, unless it left
 * volumes or images: under the same name a new service would silently take them over.
 */
export async function nameTaken(db: Pick<Tx, "app">, name: string): Promise<"name.taken" | "name.kept" | null> {
  const holder = await db.app.findFirst({
    where: { name, ...holdsItsName },
    orderBy: { retiredAt: { sort: "asc", nulls: "first" } },
    select: { retiredAt: true },
  });
  if (!holder) return null;
  return holder.retiredAt === null ? "name.taken" : "name.kept";
}
