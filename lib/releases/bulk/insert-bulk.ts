import "server-only";
import { type Prisma, type Tx } from "#lib/platform/db";
import { bulkJob, type ReleaseDeps } from "../jobs.ts";

type Wish = Omit<Prisma.BulkChangeUncheckedCreateInput, "id" | "items" | "requestedAt">;
type Item = { appId: string; position: number; error?: Prisma.BulkItemUncheckedCreateInput["error"] };

/**
 * Writes a bulk change down, with the services that `itemsOf` finds, and asks the worker for it; the same key of the same
 * person again answers with the first.
 */
export async function insertBulk(
  tx: Tx,
  wish: Wish,
  itemsOf: () => Promise<Item[]>,
  { enqueue, now }: Pick<ReleaseDeps, "enqueue" | "now">,
): Promise<{ bulkId: string }> {
  const { requestedById, idempotencyKey } = wish;
  await tx.$executeRaw`select pg_advisory_xact_lock(hashtextextended(${`bulk:${requestedById}:${idempotencyKey}`}, 0))`;
  const first = await tx.bulkChange.findUnique({
    where: { requestedById_idempotencyKey: { requestedById, idempotencyKey } },
    select: { id: true },
  });
  if (first) return { bulkId: first.id };
  const items = await itemsOf();
  const { id } = await tx.bulkChange.create({
    data: { ...wish, requestedAt: now(), items: { createMany: { data: items } } },
    select: { id: true },
  });
  await enqueue(tx, bulkJob, id);
  return { bulkId: id };
}
