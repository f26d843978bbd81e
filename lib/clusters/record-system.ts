import "server-only";
import { type Db } from "#lib/platform/db";
import { toPublicError } from "#lib/platform/errors";
import { publish } from "#lib/platform/events";
import { type CallOutcome, isNews, isStale, standingAfter } from "./system-rules.ts";

/** "gitlab", "jenkins", "registry", "prometheus", or `clusterKey(id)`. */
export type SystemKey = string;
export const clusterKey = (clusterId: string): SystemKey => `cluster:${clusterId}`;

/**
 * Notes what a call to an outside system came to: "ok", or what it threw. A change of state, or of its reason, reaches
 * every browser; the same answer again costs at most one write in five seconds.
 */
export async function recordSystem(db: Db, key: SystemKey, result: unknown, now: Date): Promise<void> {
  const outcome: CallOutcome = result === "ok" ? { ok: true } : { ok: false, error: toPublicError(result) };
  const before = await db.systemStatus.findUnique({ where: { key } });
  const after = standingAfter(before, outcome, now);
  const news = isNews(before, after);
  if (!news && !isStale(before, now)) return;
  await db.$transaction(async (tx) => {
    await tx.systemStatus.upsert({ where: { key }, create: { key, ...after }, update: after });
    if (news) await publish(tx, { kind: "system", subjectId: key, teamId: null, appId: null });
  });
}
