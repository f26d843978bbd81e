import "server-only";
import { type Db } from "#lib/platform/db";
import { type ReleaseMark } from "./schema.ts";

const MOST_MARKS = 100;

/**
 * The releases that began within the range, the newest hundred, oldest first. Index
 * releases_app_id_environment_id_number_key.
 */
export async function releaseMarks(
  db: Db,
  place: { appId: string; environmentId: string },
  range: { from: number; to: number },
): Promise<ReleaseMark[]> {
  const within = { gte: new Date(range.from), lte: new Date(range.to) };
  const rows = await db.release.findMany({
    where: { ...place, requestedAt: within },
    orderBy: { number: "desc" },
    take: MOST_MARKS,
    select: {
      id: true,
      number: true,
      kind: true,
      state: true,
      requestedAt: true,
      startedAt: true,
      requestedBy: { select: { name: true } },
    },
  });
  return rows
    .map(({ requestedBy, requestedAt, startedAt, ...row }) => ({
      ...row,
      by: requestedBy?.name ?? null,
      at: (startedAt ?? requestedAt).toISOString(),
    }))
    .reverse();
}
