import "server-only";
import { type z } from "zod";
import { type Actor } from "#lib/access/actor";
import { roleAllows } from "#lib/access/rules";
import { listTeams } from "#lib/apps/queries";
import { type TeamView } from "#lib/apps/schema";
import { listEnvironments } from "#lib/clusters/queries";
import { type EnvironmentView } from "#lib/clusters/schema";
import { type Db, db as ownDb, type Prisma } from "#lib/platform/db";
import { newestEventId } from "#lib/platform/events";
import { listApps } from "#lib/releases/queries";
import { IN_FLIGHT } from "#lib/releases/release-rules";
import { listActivity } from "./activity.ts";
import { listNeeds } from "./needs.ts";
import { type InFlightItem, type OverviewView, type overviewInput } from "./schema.ts";

const BUILDS_IN_FLIGHT = ["requested", "queued", "running", "verifying", "cancelling"] as const;
const MOST_IN_FLIGHT = 20;
const MOST_APPS = 8;

type OverviewInput = z.output<typeof overviewInput>;

/**
 * What the console's frame needs before its first paint; `lastEventId` is where its event stream begins, so that nothing is
 * lost between the first HTML and the stream's opening.
 */
export async function frameOf(
  actor: Actor,
  db: Db = ownDb(),
): Promise<{ teams: TeamView[]; environments: EnvironmentView[]; lastEventId: string }> {
  const [teams, environments, lastEventId] = await Promise.all([
    listTeams(db, actor),
    listEnvironments(db),
    newestEventId(db),
  ]);
  return { teams, environments, lastEventId };
}

/** Living apps of the actor's teams (all, for admins), or of one of them by its slug. */
export const visibleApps = (actor: Actor, team?: string): Prisma.AppWhereInput => ({
  retiredAt: null,
  team: team === undefined ? undefined : { slug: team },
  teamId: actor.isAdmin
    ? undefined
    : { in: actor.memberships.filter(({ role }) => roleAllows(role, "app.read")).map(({ teamId }) => teamId) },
});

/** Operations under way on apps that the actor may see, newest first. */
export async function listInFlight(db: Db, actor: Actor): Promise<{ rows: InFlightItem[] }> {
  const app = visibleApps(actor);
  const newest = { orderBy: { requestedAt: "desc" }, take: MOST_IN_FLIGHT } as const;
  const unnumbered = {
    id: true,
    requestedAt: true,
    app: { select: { name: true } },
    steps: { select: { state: true } },
  } as const;
  const select = { ...unnumbered, number: true } as const;
  const [provisions, builds, releases, retirements] = await Promise.all([
    db.app.findMany({
      where: { ...app, provisionState: { in: ["pending", "running"] } },
      orderBy: { createdAt: "desc" },
      take: MOST_IN_FLIGHT,
      select: { id: true, name: true, createdAt: true, provisionSteps: { select: { state: true } } },
    }),
    db.build.findMany({ where: { app, state: { in: [...BUILDS_IN_FLIGHT] } }, ...newest, select }),
    db.release.findMany({ where: { app, state: { in: [...IN_FLIGHT] } }, ...newest, select }),
    db.retirement.findMany({
      where: { app: { ...app, retiredAt: undefined }, state: { in: ["planned", "running"] } },
      ...newest,
      select: unnumbered,
    }),
  ]);
  const operation =
    (kind: "build" | "release" | "retirement") =>
    (row: Omit<(typeof builds)[number], "number"> & { number?: number }): InFlightItem => ({
      kind,
      id: row.id,
      app: row.app.name,
      number: row.number ?? null,
      since: row.requestedAt.toISOString(),
      ...progressOf(row.steps),
    });
  const rows = [
    ...provisions.map(
      ({ id, name, createdAt, provisionSteps }): InFlightItem => ({
        kind: "provision",
        id,
        app: name,
        number: null,
        since: createdAt.toISOString(),
        ...progressOf(provisionSteps),
      }),
    ),
    ...builds.map(operation("build")),
    ...releases.map(operation("release")),
    ...retirements.map(operation("retirement")),
  ];
  return { rows: rows.sort((a, b) => b.since.localeCompare(a.since)).slice(0, MOST_IN_FLIGHT) };
}

const progressOf = (steps: { state: string }[]) => ({
  steps: steps.length,
  stepsDone: steps.filter(({ state }) => state === "done" || state === "skipped").length,
});

/** The workplace: what needs the actor, the services in most trouble, what happened lately. */
export async function overviewFor(
  actor: Actor,
  { team, whose }: OverviewInput,
  db: Db = ownDb(),
): Promise<OverviewView> {
  const where = visibleApps(actor, team);
  const [apps, activity] = await Promise.all([
    listApps(actor, { q: "", team, sort: "trouble", page: 1, pageSize: MOST_APPS }, db),
    listActivity(db, where, whose === "mine" ? actor.id : undefined),
  ]);
  const needs = await listNeeds(db, actor, where, apps.rows, new Date());
  return { needs, apps: { rows: apps.rows, total: apps.total }, activity };
}
