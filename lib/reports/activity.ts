import "server-only";
import { type Db, type Prisma } from "#lib/platform/db";
import { type ActivityItem } from "./schema.ts";

const MOST = 20;

/** The newest builds and releases of these apps, or of these that one person asked for; newest first. */
export async function listActivity(db: Db, app: Prisma.AppWhereInput, requestedById?: string): Promise<ActivityItem[]> {
  const where = { app, requestedById };
  const select = {
    id: true,
    number: true,
    requestedAt: true,
    app: { select: { name: true } },
    requestedBy: { select: { name: true } },
  } as const;
  const newest = { orderBy: { requestedAt: "desc" }, take: MOST } as const;
  const [builds, releases] = await Promise.all([
    db.build.findMany({ where, ...newest, select: { ...select, ref: true, state: true } }),
    db.release.findMany({
      where,
      ...newest,
      select: { ...select, state: true, kind: true, environment: { select: { name: true } } },
    }),
  ]);
  const shared = ({ id, number, requestedAt, app, requestedBy }: Omit<(typeof builds)[number], "ref" | "state">) => ({
    id,
    number,
    app: app.name,
    by: requestedBy?.name ?? null,
    at: requestedAt.toISOString(),
  });
  const rows: ActivityItem[] = [
    ...builds.map((row): ActivityItem => ({ kind: "build", ...shared(row), ref: row.ref, state: row.state })),
    ...releases.map(
      (row): ActivityItem => ({
        kind: "release",
        ...shared(row),
        environment: row.environment.name,
        releaseKind: row.kind,
        state: row.state,
      }),
    ),
  ];
  return rows.sort((a, b) => b.at.localeCompare(a.at)).slice(0, MOST);
}
