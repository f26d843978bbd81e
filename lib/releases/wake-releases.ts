import "server-only";
import { type ReleaseDeps, releaseJob } from "./jobs.ts";
import { IN_FLIGHT } from "./release-rules.ts";

type Deps = Pick<ReleaseDeps, "db" | "enqueue">;

/** Something of these apps changed in a cluster: releases of theirs that are under way look at once. */
export async function wakeReleases({ db, enqueue }: Deps, appIds: string[]): Promise<void> {
  const rows = await db.release.findMany({
    where: { appId: { in: appIds }, state: { in: [...IN_FLIGHT] } },
    select: { id: true },
  });
  for (const { id } of rows) await enqueue(undefined, releaseJob, id);
}

/** Ids of all releases that are not over, oldest first: what the resync of each minute asks about again. */
export async function unfinishedReleases({ db }: Pick<Deps, "db">): Promise<string[]> {
  const rows = await db.release.findMany({
    where: { state: { in: [...IN_FLIGHT] } },
    orderBy: { requestedAt: "asc" },
    select: { id: true },
  });
  return rows.map((row) => row.id);
}
