import "server-only";
import { type Db } from "#lib/platform/db";

/** Median duration of an app's last completed releases in an environment but for canaries, in milliseconds; null before the first. */
export async function expectedReleaseMs(
  db: Pick<Db, "release">,
  { appId, environmentId }: { appId: string; environmentId: string },
): Promise<number | null> {
  const rows = await db.release.findMany({
    where: {
      ...{ appId, environmentId, state: "done", startedAt: { not: null }, endedAt: { not: null } },
      steps: { none: { name: "canary" } },
    },
    orderBy: { number: "desc" },
    take: 5,
    select: { startedAt: true, endedAt: true, pausedMs: true },
  });
  const durations = rows.map((row) => Number(row.endedAt) - Number(row.startedAt) - row.pausedMs).sort((a, b) => a - b);
  return durations[Math.floor(durations.length / 2)] ?? null;
}
