import "server-only";
import { type Db, db as ownDb, type Prisma } from "#lib/platform/db";
import { type ScaleLeaseView } from "./schema.ts";

export const leaseSelect = {
  id: true,
  environmentId: true,
  releaseId: true,
  replicas: true,
  backTo: true,
  dueAt: true,
  endedAt: true,
  outcome: true,
  release: { select: { number: true, requestedBy: { select: { name: true } } } },
} as const satisfies Prisma.ScaleLeaseSelect;

export const leaseView = (row: Prisma.ScaleLeaseGetPayload<{ select: typeof leaseSelect }>): ScaleLeaseView => ({
  id: row.id,
  environmentId: row.environmentId,
  releaseId: row.releaseId,
  releaseNumber: row.release.number,
  by: row.release.requestedBy?.name ?? null,
  replicas: row.replicas,
  backTo: row.backTo,
  until: row.dueAt.toISOString(),
  endedAt: row.endedAt?.toISOString() ?? null,
  outcome: row.outcome,
});

/** The numbers of pods of an app that have an end which has not come yet, at most one a place. */
export async function listLeases(appId: string, db: Db = ownDb()): Promise<ScaleLeaseView[]> {
  const rows = await db.scaleLease.findMany({ where: { appId, endedAt: null }, select: leaseSelect });
  return rows.map(leaseView);
}
