import "server-only";
import { type Db } from "#lib/platform/db";

/** Ids of all apps whose provision has not ended: what the resync of each minute asks about again. */
export async function unfinishedProvisions(db: Db): Promise<string[]> {
  const rows = await db.app.findMany({
    where: { provisionState: { in: ["pending", "running"] }, retiredAt: null },
    orderBy: { createdAt: "asc" },
    select: { id: true },
  });
  return rows.map((row) => row.id);
}
