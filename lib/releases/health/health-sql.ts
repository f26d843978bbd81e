import "server-only";
import { type HealthState } from "#lib/apps/schema";
import { STATE_RESOURCES } from "#lib/clusters/missing-rights";
import { Prisma } from "#lib/platform/db";
import { IN_FLIGHT } from "../release-rules.ts";
import { TROUBLE_ORDER } from "./health-rules.ts";

/**
 * Every app × environment in which it was ever released, with the rows that health is decided from: `newest` and `current`
 * release, `workload`, `system`, `forbidden`. Joins onto a relation `app(id, name)`; indexes
 * releases_app_id_environment_id_number_key, observed_workloads_pkey.
 */
export const PLACES = Prisma.sql`
  cross join environments env
  join lateral (
    select r.id, r.state, r.number, r.requested_at, r.ended_at, r.paused_at from releases r
    where r.app_id = app.id and r.environment_id = env.id order by r.number desc limit 1
  ) newest on true
  left join lateral (
    select newest.id, newest.number, newest.ended_at where newest.state = 'done'
    union all
    (select r.id, r.number, r.ended_at from releases r
    where newest.state <> 'done' and r.app_id = app.id and r.environment_id = env.id and r.state = 'done'
    order by r.number desc limit 1)
  ) current on true
  left join observed_workloads workload on workload.cluster_id = env.cluster_id
    and workload.namespace = env.namespace and workload.name = app.name
  left join system_statuses system on system.key = 'cluster:' || env.cluster_id
  left join (
    select place.id, min(lacking.since) as since from environments place
    join missing_rights lacking on lacking.cluster_id = place.cluster_id
      and lacking.namespace in ('', place.namespace) and lacking.resource in (${Prisma.join(STATE_RESOURCES)})
    group by place.id
  ) forbidden on forbidden.id = env.id`;

const inFlight = Prisma.join(IN_FLIGHT.map((state) => Prisma.sql`${state}::"ReleaseState"`));

/** healthOf() of health-rules.ts, where the database sorts and filters; a test holds the two together. */
export const HEALTH = Prisma.sql`
  case
    when system.state = 'down' then 'unreachable'
    when forbidden.since is not null then 'forbidden'
    when newest.state in (${inFlight}) then 'working'
    when newest.state = 'failed' then case when coalesce(workload.ready, 0) > 0 then 'degraded' else 'failed' end
    when current.number is null then 'absent'
    when workload.name is null then 'failed'
    when workload.desired = 0 then 'paused'
    when workload.ready = 0 then 'failed'
    when workload.ready < workload.desired or not workload.progressing then 'degraded'
    else 'running'
  end`;

/** Place of a health in TROUBLE_ORDER, 1 = first. */
export const rankOf = (health: Prisma.Sql): Prisma.Sql =>
  Prisma.sql`array_position(array[${Prisma.join([...TROUBLE_ORDER])}]::text[], ${health})`;
export const rankOfState = (health: HealthState): number => TROUBLE_ORDER.indexOf(health) + 1;
