import "server-only";
import { z } from "zod";
import { carrierOf } from "#lib/apps/spec/gateway-rules";
import { isWildcard } from "#lib/apps/spec/names-schema";
import { specExposure } from "#lib/apps/spec/network-schema";
import { type AppSpec } from "#lib/apps/spec-schema";
import { Prisma, type Tx } from "#lib/platform/db";
import { type PublicError } from "#lib/platform/errors";
import { type ReleasePlan } from "../plan/plan-release.ts";
import { IN_FLIGHT } from "../release-rules.ts";
import { clashOf, newClaims } from "./route-claim-rules.ts";

/**
 * Which of the routes that a release would newly have belong to another service, by what is released, on its way or left
 * half done in all environments of the cluster: its gateways serve all of them. Null when none does. What the service has
 * already is not asked about.
 */
export async function takenRoute(
  tx: Pick<Tx, "$queryRaw">,
  { app, environment, basis, spec }: Pick<ReleasePlan, "app" | "environment" | "basis" | "spec">,
): Promise<PublicError | null> {
  const claims = newClaims(basis?.spec.exposure ?? null, spec.exposure);
  if (claims.length === 0) return null;
  const hosts = [...new Set(claims.map(({ route }) => route.host))];
  for (const other of await exposedAt(tx, hosts, { app, environment })) {
    const clash = clashOf(claims, other.exposure);
    if (clash) return refusal(clash, other);
  }
  return null;
}

/** Releases with new routes on a cluster are made one after another: of two that want the same route the second is refused. */
export async function lockRoutes(
  tx: Tx,
  { environment, basis, spec }: Pick<ReleasePlan, "environment" | "basis" | "spec">,
): Promise<void> {
  if (newClaims(basis?.spec.exposure ?? null, spec.exposure).length === 0) return;
  await lockClusterRoutes(tx, environment.cluster.id);
}

/** Until the transaction ends, nobody else gives or takes routes of this cluster. */
export async function lockClusterRoutes(tx: Tx, clusterId: string): Promise<void> {
  await tx.$executeRaw`select pg_advisory_xact_lock(hashtextextended(${`routes:${clusterId}`}, 0))`;
}

const otherRow = z.object({ app: z.string(), environment: z.string(), exposure: specExposure });
type Other = z.infer<typeof otherRow>;

/**
 * What other services may have at these hosts: a route that is being given up comes back when that release fails, and what
 * a release applied before it failed or was aborted stands until another one is done.
 * Index for each service: releases_app_id_environment_id_number_key.
 */
async function exposedAt(
  tx: Pick<Tx, "$queryRaw">,
  hosts: readonly string[],
  { app, environment }: Pick<ReleasePlan, "app" | "environment">,
): Promise<Other[]> {
  const inFlight = Prisma.join(IN_FLIGHT.map((state) => Prisma.sql`${state}::"ReleaseState"`));
  const rows = await tx.$queryRaw<unknown[]>`
    select a.name as app, env.name as environment, standing.exposure
    from apps a join environments env on env.cluster_id = ${environment.cluster.id}::uuid
    left join lateral (
      select r.number from releases r
      where r.app_id = a.id and r.environment_id = env.id and r.state = 'done' order by r.number desc limit 1
    ) last_done on true
    join lateral (
      select r.number, r.spec -> 'exposure' as exposure from releases r
      where r.app_id = a.id and r.environment_id = env.id and r.number >= coalesce(last_done.number, 0)
        and (r.state = 'done' or r.state in (${inFlight}) or exists (
          select from release_steps s where s.release_id = r.id and s.name = 'apply' and s.started_at is not null
        ))
    ) standing on jsonb_typeof(standing.exposure) = 'object'
    where a.retired_at is null and not (a.id = ${app.id}::uuid and env.id = ${environment.id}::uuid)
      and exists (
        select from jsonb_array_elements(standing.exposure -> 'routes') route where route ->> 'host' = any(${[...hosts]})
      )
    order by a.name, env.name, standing.number`;
  return z.array(otherRow).parse(rows);
}

function refusal({ route, index }: { route: Route; index: number }, other: Other): PublicError {
  return {
    code: "conflict",
    system: "kepler",
    message: whoseItIs(route, other),
    next: "Choose another host or path, or take it away from that service first.",
    fields: [{ path: `settings.exposure.routes.${index}.host`, message: "route.taken" }],
  };
}
function whoseItIs({ host, path }: Route, { app, environment, exposure }: Other): string {
  if (carrierOf(exposure) === "istio")
    return `The host ${host} belongs to ${app} in ${environment}: at Istio's gateway a host has one service.`;
  if (isWildcard(host)) return `The host ${host} belongs to ${app} in ${environment}: a wildcard has one service.`;
  return `The route ${host}${path} belongs to ${app} in ${environment}.`;
}

type Route = NonNullable<AppSpec["exposure"]>["routes"][number];
