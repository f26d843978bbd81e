import "server-only";
import { z } from "zod";
import { roleAllows, type Subject, type TeamPermission } from "#lib/access/rules";
import { carrierOf, GATEWAY_MOVES, lossesOn } from "#lib/apps/spec/gateway-rules";
import { type Db, db as ownDb } from "#lib/platform/db";
import { NotFound } from "#lib/platform/errors";
import { type ExposedApp, exposedApps } from "./exposed.ts";
import {
  GATEWAY_CLASSES,
  type GatewayRoute,
  type GatewayStanding,
  type GatewaysView,
  type KeptCheck,
  keptCheck,
  type ListRoutesInput,
} from "./schema.ts";
import { carriersOf, movesTo, stateOf } from "./standing-rules.ts";

const PAGE_SIZE = 50;

/** Which teams' services the actor may see, and move; null = all. */
export type Reach = { reads: readonly string[] | null; moves: readonly string[] | null };

export function reachOf({ isAdmin, memberships }: Subject): Reach {
  const teamsWith = (permission: TeamPermission) =>
    isAdmin ? null : memberships.filter(({ role }) => roleAllows(role, permission)).map(({ teamId }) => teamId);
  return { reads: teamsWith("app.read"), moves: teamsWith("gateway.move") };
}

/** An environment's gateways with their standing, its routes by host and path, and what a move would be about. */
export async function getGateways(
  { reads, moves }: Reach,
  { id, q, page }: ListRoutesInput,
  db: Db = ownDb(),
): Promise<GatewaysView> {
  await requireEnvironment(db, id);
  const [exposed, checks, lastMove] = await Promise.all([
    exposedApps(db, id, reads),
    standingChecks(db, id),
    findLastMove(db, id),
  ]);
  const routes = exposed.flatMap(routesOf).filter(({ app, host }) => `${app} ${host}`.includes(q.toLowerCase()));
  routes.sort((a, b) => compare(a.host, b.host) || compare(a.path, b.path));
  const movable = exposed.filter(isOf(moves));
  return {
    gateways: GATEWAY_CLASSES.map((gatewayClass) => standingOf(gatewayClass, exposed, checks)),
    on: carriersOf(exposed),
    rows: routes.slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE),
    total: routes.length,
    page,
    pageSize: PAGE_SIZE,
    lastMove,
    moves: GATEWAY_MOVES.map((to) => ({ to, services: movesTo(to, movable).moves.length })),
  };
}

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
export const isOf =
  (teamIds: readonly string[] | null) =>
  ({ teamId }: Pick<ExposedApp, "teamId">): boolean =>
    teamIds === null || teamIds.includes(teamId);

/** Throws NotFound. */
export async function requireEnvironment(db: Pick<Db, "environment">, id: string): Promise<void> {
  if ((await db.environment.count({ where: { id } })) === 0) throw new NotFound("There is no such environment.");
}

function routesOf({ app, exposure, meshMode, running, health }: ExposedApp): GatewayRoute[] {
  const now = running ?? exposure;
  const [carrier, next] = [carrierOf(now), carrierOf(exposure)];
  return exposure.routes.map((route) => {
    const { host, path, pathType, port } = route;
    const [loss] = lossesOn(carrier, [route], meshMode);
    return {
      ...{ app, host, path, pathType, port, health, carrier },
      gatewayClass: exposure.gatewayClass,
      movingTo: next === carrier ? null : next,
      loss: loss ? { is: loss.is, features: loss.features } : null,
    };
  });
}

type Checks = Map<string, { checks: KeptCheck[]; checkedAt: string }>;

export async function standingChecks(db: Db, environmentId: string): Promise<Checks> {
  const rows = await db.gatewayCheck.findMany({ where: { environmentId } });
  return new Map(
    rows.map(({ gatewayClass, checks, checkedAt }) => [
      gatewayClass,
      { checks: z.array(keptCheck).parse(checks), checkedAt: checkedAt.toISOString() },
    ]),
  );
}

export function standingOf(
  gatewayClass: GatewayStanding["gatewayClass"],
  exposed: readonly ExposedApp[],
  checks: Checks,
): GatewayStanding {
  const carried = exposed.map(({ exposure }) => exposure).filter((each) => carrierOf(each) === gatewayClass);
  const { checks: kept, checkedAt } = checks.get(gatewayClass) ?? { checks: [], checkedAt: null };
  return {
    gatewayClass,
    state: stateOf(kept),
    checks: kept.map(({ faults: _, ...check }) => check),
    checkedAt,
    routes: carried.reduce((sum, { routes }) => sum + routes.length, 0),
    services: carried.length,
    guests: carried.filter((each) => each.gatewayClass !== gatewayClass).length,
  };
}

async function findLastMove(db: Db, environmentId: string): Promise<GatewaysView["lastMove"]> {
  const row = await db.bulkChange.findFirst({
    where: { environmentId, gateway: { not: null } },
    orderBy: { requestedAt: "desc" },
    select: {
      id: true,
      gateway: true,
      requestedAt: true,
      requestedBy: { select: { name: true } },
      items: { select: { error: true, release: { select: { state: true } } } },
    },
  });
  if (!row) return null;
  const failed = row.items.filter(
    ({ error, release }) => error !== null || (release && ["failed", "aborted"].includes(release.state)),
  );
  return {
    id: row.id,
    to: z.enum(GATEWAY_MOVES).parse(row.gateway),
    by: row.requestedBy.name,
    at: row.requestedAt.toISOString(),
    count: row.items.length,
    moved: row.items.filter(({ release }) => release?.state === "done").length,
    failed: failed.length,
  };
}
