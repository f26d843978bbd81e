import "server-only";
import { z } from "zod";
import { type AppRow } from "#lib/apps/schema";
import { type Db, type Prisma } from "#lib/platform/db";
import { publicError } from "#lib/platform/steps";
import { type NeedItem } from "./schema.ts";

const MOST = 20;
/** Read before those with a later try are left out. */
const MOST_FAILED = 100;
const error = publicError.nullable().catch(null);
const draftName = z.looseObject({ name: z.string().min(1) });

/** What waits for a person: what failed last and was not tried again, services in trouble, one's own drafts. */
export async function listNeeds(
  db: Db,
  userId: string,
  where: Prisma.AppWhereInput,
  inTrouble: AppRow[],
): Promise<NeedItem[]> {
  // Of a service on its way out only that matters.
  const staying = { ...where, retiringAt: null };
  const [retirements, provisions, builds, releases, drafts] = await Promise.all([
    failedRetirements(db, where),
    failedProvisions(db, staying),
    failedBuilds(db, staying),
    failedReleases(db, staying),
    ownDrafts(db, userId),
  ]);
  const told = new Set(releases.map((need) => `${need.app}/${need.environment}`));
  const ailing = inTrouble
    .filter(({ retirement }) => retirement === null)
    .flatMap(troubles)
    .filter((need) => !told.has(`${need.app}/${need.environment}`));
  return [...retirements, ...provisions, ...releases, ...ailing, ...builds, ...drafts].slice(0, MOST);
}

/** A retirement that stopped, and that nobody has taken up again. */
async function failedRetirements(db: Db, where: Prisma.AppWhereInput): Promise<NeedItem[]> {
  const rows = await db.app.findMany({
    where: { ...where, retiringAt: { not: null } },
    orderBy: { retiringAt: "desc" },
    take: MOST_FAILED,
    select: { name: true, retirements: { orderBy: { requestedAt: "desc" }, take: 1 } },
  });
  return rows.flatMap(({ name, retirements: [newest] }) => {
    if (newest?.state !== "failed") return [];
    const at = (newest.endedAt ?? newest.requestedAt).toISOString();
    return [{ kind: "retirement", id: newest.id, app: name, error: error.parse(newest.error), at }];
  });
}

async function failedProvisions(db: Db, where: Prisma.AppWhereInput): Promise<NeedItem[]> {
  const rows = await db.app.findMany({
    where: { ...where, provisionState: "failed" },
    orderBy: { createdAt: "desc" },
    take: MOST,
    select: { name: true, provisionError: true, createdAt: true },
  });
  return rows.map((row) => ({
    kind: "provision",
    app: row.name,
    error: error.parse(row.provisionError),
    at: row.createdAt.toISOString(),
  }));
}

/** Only an app's newest build counts: a later one has answered for it. */
async function failedBuilds(db: Db, app: Prisma.AppWhereInput): Promise<NeedItem[]> {
  const rows = await db.build.findMany({
    where: { state: "failed", app },
    orderBy: { requestedAt: "desc" },
    take: MOST_FAILED,
    select: { ...failed, appId: true, ref: true },
  });
  const newest = await db.build.groupBy({
    by: ["appId"],
    where: { appId: { in: rows.map(({ appId }) => appId) } },
    _max: { number: true },
  });
  const unanswered = rows.filter((row) => newest.some((n) => n.appId === row.appId && n._max.number === row.number));
  return unanswered.map((row) => ({ kind: "build", ref: row.ref, ...failure(row) }));
}

/** The same for releases, in each environment. */
async function failedReleases(db: Db, app: Prisma.AppWhereInput) {
  const rows = await db.release.findMany({
    where: { state: "failed", app },
    orderBy: { requestedAt: "desc" },
    take: MOST_FAILED,
    select: { ...failed, appId: true, environmentId: true, environment: { select: { name: true, purpose: true } } },
  });
  const newest = await db.release.groupBy({
    by: ["appId", "environmentId"],
    where: { appId: { in: rows.map(({ appId }) => appId) } },
    _max: { number: true },
  });
  const unanswered = rows.filter((row) =>
    newest.some((n) => n.appId === row.appId && n.environmentId === row.environmentId && n._max.number === row.number),
  );
  return unanswered.map((row) => ({
    kind: "release" as const,
    environment: row.environment.name,
    purpose: row.environment.purpose,
    ...failure(row),
  }));
}

const failed = {
  id: true,
  number: true,
  error: true,
  endedAt: true,
  requestedAt: true,
  app: { select: { name: true } },
} as const satisfies Prisma.BuildSelect;

const failure = (row: Prisma.BuildGetPayload<{ select: typeof failed }>) => ({
  id: row.id,
  number: row.number,
  app: row.app.name,
  error: error.parse(row.error),
  at: (row.endedAt ?? row.requestedAt).toISOString(),
});

const troubles = (app: AppRow) =>
  app.environments
    .filter(({ health }) => health === "failed" || health === "degraded")
    .map(({ environment, purpose, health, ready, wanted, since }) => ({
      kind: "health" as const,
      app: app.name,
      environment,
      purpose,
      health,
      ready,
      wanted,
      at: since,
    }));

async function ownDrafts(db: Db, userId: string): Promise<NeedItem[]> {
  const rows = await db.appDraft.findMany({ where: { userId }, orderBy: { updatedAt: "desc" }, take: MOST });
  return rows.map((row) => ({
    kind: "draft",
    id: row.id,
    name: draftName.safeParse(row.body).data?.name ?? null,
    step: row.step,
    at: row.updatedAt.toISOString(),
  }));
}
