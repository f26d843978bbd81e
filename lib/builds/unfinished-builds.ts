import "server-only";
import { type Db } from "#lib/platform/db";

/** Ids of all builds that have not ended, oldest first: what the resync of each minute asks about again. */
export async function unfinishedBuilds(db: Db): Promise<string[]> {
  const rows = await db.build.findMany({
    where: { state: { in: ["requested", "queued", "running", "cancelling", "verifying"] } },
    orderBy: { requestedAt: "asc" },
    select: { id: true },
  });
  return rows.map((row) => row.id);
}
