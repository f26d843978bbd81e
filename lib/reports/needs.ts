import "server-only";
import { z } from "zod";
import { type Actor } from "#lib/access/actor";
import { allows } from "#lib/access/rules";
import { type AppRow } from "#lib/apps/schema";
import { firstFindings } from "#lib/diagnosis/last-seen";
import { type Db, type Prisma } from "#lib/platform/db";
import { publicError } from "#lib/platform/steps";
import { type NeedItem } from "./schema.ts";

const MOST = 20;
/** Read before those with a later try are left out. */
const MOST_FAILED = 100;
const error = publicError.nullable().catch(null);
const draftName = z.looseObject({ name: z.string().min(1) });

/** What waits for a person: terminals they may agree to, what failed last and was not tried again, services in trouble, one's own drafts. */
export async function listNeeds(
  db: Db,
  actor: Actor,
  where: Prisma.AppWhereInput,
  inTrouble: AppRow[],
  now: Date,
): Promise<NeedItem[]> {
  // Of a service on its way out only that matters.
  const staying = { ...where, retiringAt: null };
  const [terminals, retirements, provisions, builds, releases, drafts] = await Promise.all([
    terminalsToDecide(db, actor, staying, now),
    failedRetirements(db, where),
    failedProvisions(db, staying),
    failedBuilds(db, staying),
    failedReleases(db, staying),
    ownDrafts(db, actor.id),
  ]);
  const told = new Set(releases.map((need) => `${need.app}/${need.environment}`));
  const ailing = inTrouble
    .filter(({ retirement }) => retirement === null)
    .flatMap(troubles)
    .filter(({ need }) => !told.has(`${need.app}/${need.environment}`))
    .slice(0, MOST);
  const why = await firstFindings(db, ailing, now);
  const ill = ailing.map(
    ({ need, appId, environmentId }): NeedItem => ({
      ...need,
      error: why.get(`${appId}/${environmentId}`) ?? null,
    }),
  );
  return [...terminals, ...retirements, ...provisions, ...releases, ...ill, ...builds, ...drafts].slice(0, MOST);
}

/** Terminals of others that somebody like the actor has to agree to first. */
async function terminalsToDecide(db: Db, actor: Actor, app: Prisma.AppWhereInput, now: Date): Promise<NeedItem[]> {
  const rows = await db.terminalSession.findMany({
    where: { state: "waiting", decidedAt: null, ticketExpiresAt: { gt: now }, NOT: { userId: actor.id }, app },
    orderBy: { requestedAt: "asc" },
    take: MOST,
    select: {
      ...{ id: true, reason: true, requestedAt: true },
      app: { select: { name: true, teamId: true } },
      environment: { select: { name: true, purpose: true } },
      user: { select: { name: true } },
    },
  });
  return rows
    .filter(({ app }) => allows(actor, "app.terminal.approve", app.teamId))
    .map(({ id, app, environment, user, reason, requestedAt }) => ({
      ...{ kind: "terminal", id, app: app.name, environment: environment.name, purpose: environment.purpose },
      ...{ by: user?.name ?? null, reason, at: requestedAt.toISOString() },
    }));
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
    .map(({ environmentId, environment, purpose, health, ready, wanted, since }) => ({
      appId: app.id,
      environmentId,
      need: { kind: "health" as const, app: app.name, environment, purpose, health, ready, wanted, at: since },
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
