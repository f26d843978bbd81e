import "server-only";
import { type Db } from "#lib/platform/db";

/** Ids of all retirements that are not over, oldest first: what the resync of each minute asks about again. */
export async function unfinishedRetirements(db: Db): Promise<string[]> {
  const rows = await db.retirement.findMany({
    where: { state: { in: ["planned", "running"] } },
    orderBy: { requestedAt: "asc" },
    select: { id: true },
  });
  return rows.map((row) => row.id);
}
