import "server-only";
import { type z } from "zod";
import { type Db, type Prisma } from "#lib/platform/db";
import { NotFound } from "#lib/platform/errors";
import {
  type listPinnedLogsInput,
  type listPinnedLogsResult,
  type PinnedLogHead,
  type pinnedLogView,
} from "./pin-schema.ts";

const head = {
  id: true,
  container: true,
  pods: true,
  reason: true,
  pinnedAt: true,
  fromAt: true,
  untilAt: true,
  lineCount: true,
  sha256: true,
  confirmed: true,
  environment: { select: { name: true } },
  user: { select: { name: true } },
} as const satisfies Prisma.PinnedLogSelect;

/** What was pinned of an app's logs in an environment, newest first, without the lines. */
export async function listPinnedLogs(
  db: Db,
  appId: string,
  { environment, page, pageSize }: Omit<z.infer<typeof listPinnedLogsInput>, "app">,
): Promise<z.infer<typeof listPinnedLogsResult>> {
  const where = { appId, environment: { name: environment } };
  const [rows, total] = await Promise.all([
    db.pinnedLog.findMany({
      where,
      orderBy: { pinnedAt: "desc" },
      skip: (page - 1) * pageSize,
      take: pageSize,
      select: head,
    }),
    db.pinnedLog.count({ where }),
  ]);
  return { rows: rows.map(headOf), total };
}

/** One of them with its lines. Throws NotFound. */
export async function getPinnedLog(db: Db, appId: string, id: string): Promise<z.infer<typeof pinnedLogView>> {
  const row = await db.pinnedLog.findFirst({ where: { id, appId }, select: { ...head, text: true } });
  if (row === null) throw new NotFound("There is no such pinned log.");
  return { ...headOf(row), text: row.text };
}

function headOf(row: Prisma.PinnedLogGetPayload<{ select: typeof head }>): PinnedLogHead {
  const { id, container, pods, reason, pinnedAt, fromAt, untilAt, lineCount, sha256, confirmed } = row;
  return {
    ...{ id, container, pods, reason, lineCount, sha256, confirmed },
    environment: row.environment.name,
    by: row.user?.name ?? null,
    pinnedAt: pinnedAt.toISOString(),
    fromAt: fromAt.toISOString(),
    untilAt: untilAt.toISOString(),
  };
}
