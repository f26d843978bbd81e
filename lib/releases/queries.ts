import "server-only";
import { roleAllows, type Subject } from "#lib/access/rules";
import { type AppRow, type AppView, type ListAppsInput, type ListAppsResult } from "#lib/apps/schema";
import { type Db, db as ownDb, Prisma } from "#lib/platform/db";
import { NotFound } from "#lib/platform/errors";
import { sharedReads } from "#lib/platform/shared-reads";
import { publicError, stepView } from "#lib/platform/steps";
import { placesOf } from "./app-places.ts";
import { HEALTH, PLACES, rankOf, rankOfState } from "./health/health-sql.ts";

export { getReleaseView, listReleases } from "./release-queries.ts";

type Page = { id: string; total: number };

/**
 * The services list: apps of the subject's teams (all, for admins), found, filtered, sorted and cut to one page by the
 * database; what each row shows is then read for that page alone. Index for the page by name: apps_team_id_name_idx.
 */
export async function listApps(subject: Subject, input: ListAppsInput, db: Db = ownDb()): Promise<ListAppsResult> {
  const { page, pageSize } = input;
  const found = await db.$queryRaw<Page[]>`
    with app as (select a.* from apps a join teams team on team.id = a.team_id where ${matching(subject, input)}),
    place as (select app.id as app_id, ${HEALTH} as health, current.ended_at from app ${PLACES} ${inEnvironment(input)}),
    standing as (
      select app_id, min(${rankOf(Prisma.sql`health`)}) as rank, max(ended_at) as released_at, array_agg(health) as healths
      from place group by app_id
    )
    select app.id::text, (count(*) over ())::int as total
    from app left join standing on standing.app_id = app.id
    where ${withHealth(input)}
    order by ${order(input)}, app.name
    limit ${pageSize} offset ${(page - 1) * pageSize}`;
  const rows = await rowsOf(
    db,
    found.map(({ id }) => id),
  );
  return { rows, total: found[0]?.total ?? 0, page, pageSize };
}

const together = sharedReads<ListAppsResult>();

/**
 * `listApps` for the many who look at one list: an event makes all of them read it again at the same moment, and those who
 * may see the same and ask the same have one answer.
 */
export const listAppsTogether = (subject: Subject, input: ListAppsInput, db: Db): Promise<ListAppsResult> =>
  together(JSON.stringify([subject.isAdmin || readableTeams(subject).sort(), input]), () =>
    listApps(subject, input, db),
  );

function matching(subject: Subject, { q, team, language }: ListAppsInput): Prisma.Sql {
  const pattern = `%${q.trim().replace(/[\\%_]/g, "\\$&")}%`;
  return Prisma.join(
    [
      Prisma.sql`a.retired_at is null`,
      ...(subject.isAdmin ? [] : [Prisma.sql`a.team_id = any(${readableTeams(subject)}::uuid[])`]),
      ...(q.trim() ? [Prisma.sql`(a.name ilike ${pattern} or a.display_name ilike ${pattern})`] : []),
      ...(team ? [Prisma.sql`team.slug = ${team}`] : []),
      ...(language ? [Prisma.sql`a.language = ${language}::"Language"`] : []),
    ],
    " and ",
  );
}

const readableTeams = ({ memberships }: Subject): string[] =>
  memberships.filter(({ role }) => roleAllows(role, "app.read")).map(({ teamId }) => teamId);

const inEnvironment = ({ environment }: ListAppsInput): Prisma.Sql =>
  environment ? Prisma.sql`where env.name = ${environment}` : Prisma.empty;

/** An app that was never released is absent; in one environment it is listed only if it was released there. */
function withHealth({ health, environment }: ListAppsInput): Prisma.Sql {
  if (health === "absent") return Prisma.sql`(standing.app_id is null or 'absent' = any(standing.healths))`;
  if (health) return Prisma.sql`${health} = any(standing.healths)`;
  return environment ? Prisma.sql`standing.app_id is not null` : Prisma.sql`true`;
}

/** Trouble: the worst environment counts; before the first release, how far its provision and its newest build are. */
function order({ sort }: ListAppsInput): Prisma.Sql {
  switch (sort) {
    case "name":
      return Prisma.sql`app.name`;
    case "released":
      return Prisma.sql`standing.released_at desc nulls last`;
    case "trouble":
      return Prisma.sql`coalesce(standing.rank, case app.provision_state
        when 'failed' then ${rankOfState("failed")}::int
        when 'ready' then coalesce((
          select case when state = 'failed' then ${rankOfState("failed")}::int
            when state in ('succeeded', 'cancelled') then ${rankOfState("absent")}::int
            else ${rankOfState("working")}::int end
          from builds where app_id = app.id order by number desc limit 1
        ), ${rankOfState("absent")}::int)
        else ${rankOfState("working")}::int end)`;
  }
}

const rowSelect = {
  id: true,
  name: true,
  displayName: true,
  language: true,
  teamId: true,
  provisionState: true,
  team: { select: { name: true } },
  retirements: { select: { id: true, state: true }, orderBy: { requestedAt: "desc" }, take: 1 },
} as const satisfies Prisma.AppSelect;

type NarrowRow = Prisma.AppGetPayload<{ select: typeof rowSelect }>;
type LastBuild = { appId: string; number: number; state: string; at: Date };

async function rowsOf(db: Db, ids: string[]): Promise<AppRow[]> {
  const [apps, builds, places] = await Promise.all([
    db.app.findMany({ where: { id: { in: ids } }, select: rowSelect }),
    lastBuilds(db, ids),
    placesOf(db, ids),
  ]);
  const byId = new Map(apps.map((app) => [app.id, app]));
  return ids.flatMap((id) => {
    const app = byId.get(id);
    return app ? [appRow(app, builds.get(id), places.get(id) ?? [])] : [];
  });
}

function appRow(app: NarrowRow, build: LastBuild | undefined, environments: AppRow["environments"]): AppRow {
  const { id, name, displayName, language, teamId, provisionState } = app;
  const [newest] = app.retirements;
  const retirement = newest ? { id: newest.id, failed: newest.state === "failed" } : null;
  const lastBuild = build ? { number: build.number, state: build.state, at: build.at.toISOString() } : null;
  const team = app.team.name;
  return { id, name, displayName, language, teamId, provisionState, retirement, team, lastBuild, environments };
}

async function lastBuilds(db: Db, ids: string[]): Promise<Map<string, LastBuild>> {
  if (ids.length === 0) return new Map();
  const rows = await db.$queryRaw<LastBuild[]>`
    select app.id::text as "appId", build.number, build.state::text as state, build.requested_at as at
    from unnest(${ids}::uuid[]) as app(id)
    join lateral (
      select number, state, requested_at from builds where app_id = app.id order by number desc limit 1
    ) build on true`;
  return new Map(rows.map((row) => [row.appId, row]));
}

const viewSelect = {
  ...rowSelect,
  gitlabProjectId: true,
  gitlabProjectPath: true,
  repositoryUrl: true,
  defaultRef: true,
  dockerfilePath: true,
  buildStrategy: true,
  buildOnPush: true,
  imageRepository: true,
  createdAt: true,
  createdById: true,
  provisionError: true,
  provisionSteps: { orderBy: { position: "asc" } },
  ledger: { orderBy: { createdAt: "asc" } },
} as const satisfies Prisma.AppSelect;

/** Everything that the service page shows of an app itself. */
export async function getAppView(appId: string, db: Db = ownDb()): Promise<AppView> {
  const [app, builds, places] = await Promise.all([
    db.app.findUnique({ where: { id: appId }, select: viewSelect }),
    lastBuilds(db, [appId]),
    placesOf(db, [appId]),
  ]);
  if (!app) throw new NotFound("There is no such service.");
  const { createdById, ledger, provisionSteps, provisionError, createdAt, team, retirements, ...rest } = app;
  const creator = createdById && (await db.user.findUnique({ where: { id: createdById }, select: { name: true } }));
  return {
    ...rest,
    ...appRow({ team, retirements, ...rest }, builds.get(appId), places.get(appId) ?? []),
    webUrl: rest.repositoryUrl?.replace(/\.git$/, "") ?? null,
    createdAt: createdAt.toISOString(),
    createdBy: creator ? creator.name : null,
    provisionSteps: provisionSteps.map((step) => stepView.parse(asDocument(step))),
    provisionError: publicError.nullable().parse(provisionError),
    ledger: ledger.map(({ system, kind, key, url, state, createdAt: made, verifiedAt }) => ({
      system,
      kind,
      key,
      url,
      state,
      createdAt: made.toISOString(),
      verifiedAt: verifiedAt?.toISOString() ?? null,
    })),
  };
}

const viewsTogether = sharedReads<AppView>();

/** `getAppView` for the many who look at one service. */
export const getAppViewTogether = (appId: string, db: Db): Promise<AppView> =>
  viewsTogether(appId, () => getAppView(appId, db));

/** Dates as the wire has them. */
const asDocument = (row: object): unknown => JSON.parse(JSON.stringify(row));
