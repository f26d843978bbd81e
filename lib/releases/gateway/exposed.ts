import "server-only";
import { z } from "zod";
import { HEALTH_STATES } from "#lib/apps/schema";
import { specAccess } from "#lib/apps/spec/access-schema";
import { specExposure } from "#lib/apps/spec/network-schema";
import { storedSettings } from "#lib/apps/spec/stored-schema";
import { specTrafficPolicy } from "#lib/apps/spec/traffic-policy-schema";
import { type Db, Prisma } from "#lib/platform/db";
import { HEALTH, PLACES } from "../health/health-sql.ts";
import { IN_FLIGHT } from "../release-rules.ts";
import { type Exposed } from "./standing-rules.ts";

const exposedRow = z.object({
  appId: z.string(),
  app: z.string(),
  teamId: z.string(),
  health: z.enum(HEALTH_STATES),
  number: z.number().int(),
  exposure: specExposure,
  trafficPolicy: specTrafficPolicy.nullable().transform((policy) => policy ?? undefined),
  access: specAccess.nullable(),
  meshMode: storedSettings.shape.meshMode,
  running: specExposure.nullable(),
});
export type ExposedApp = Exposed & Pick<z.infer<typeof exposedRow>, "teamId" | "health" | "number" | "running">;

/** Of a release's steps: it is a canary that has not come to its end. */
const ON_TRIAL = Prisma.sql`s.name = 'canary' and s.state in ('waiting', 'running')`;

/**
 * Every exposed service of an environment, of these teams (null = of all): as the newest release wants it that is done or
 * in flight, and as the last done one has it. A canary on trial is neither: what follows is planned from what runs
 * (`findBasis`). Index for each: releases_app_id_environment_id_number_key.
 */
export async function exposedApps(
  db: Pick<Db, "$queryRaw">,
  environmentId: string,
  teamIds: readonly string[] | null,
): Promise<ExposedApp[]> {
  const wanted = Prisma.join(["done", ...IN_FLIGHT].map((state) => Prisma.sql`${state}::"ReleaseState"`));
  const mine = teamIds === null ? Prisma.sql`true` : Prisma.sql`a.team_id = any(${[...teamIds]}::uuid[])`;
  const rows = await db.$queryRaw<unknown[]>`
    select app.id::text as "appId", app.name as app, app.team_id::text as "teamId", ${HEALTH} as health,
      basis.number, basis.exposure, basis."trafficPolicy", basis.access, basis."meshMode",
      (select r.spec -> 'exposure' from releases r where r.id = current.id) as running
    from (select a.id, a.name, a.team_id from apps a where a.retired_at is null and ${mine}) app ${PLACES}
    join lateral (
      select r.number, r.spec -> 'exposure' as exposure, r.spec -> 'trafficPolicy' as "trafficPolicy", r.spec -> 'access' as access,
        r.spec ->> 'meshMode' as "meshMode"
      from releases r
      where r.app_id = app.id and r.environment_id = env.id and r.state in (${wanted})
        and not exists (select 1 from release_steps s where s.release_id = r.id and ${ON_TRIAL})
      order by r.number desc limit 1
    ) basis on jsonb_typeof(basis.exposure) = 'object'
    where env.id = ${environmentId}::uuid
    order by app.name`;
  return z.array(exposedRow).parse(rows);
}
