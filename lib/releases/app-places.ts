import "server-only";
import { z } from "zod";
import { fewestReplicas } from "#lib/apps/scaling-rules";
import { type AppEnvironmentView } from "#lib/apps/schema";
import { appSpec } from "#lib/apps/spec-schema";
import { type Db, Prisma } from "#lib/platform/db";
import { addressesOf, isOpenable } from "./domains/host-rules.ts";
import { healthOf } from "./health/health-rules.ts";
import { PLACES } from "./health/health-sql.ts";
import { isTerminal, PAUSABLE } from "./release-rules.ts";
import { releaseState } from "./schema.ts";

/** What of a Spec a list shows: the rest of fifty services in three environments stays in the database. */
const shownSpec = appSpec.pick({ image: true, replicas: true, autoscaling: true, meshMode: true, exposure: true });
const SHOWN_PARTS = Object.keys(shownSpec.shape);

const placeRow = z.object({
  appId: z.string(),
  environmentId: z.string(),
  environment: z.string(),
  purpose: z.enum(["dev", "test", "prod"]),
  domain: z.string(),
  newestId: z.string(),
  newestState: releaseState,
  newestNumber: z.number(),
  isPaused: z.boolean(),
  requestedAt: z.date(),
  endedAt: z.date().nullable(),
  currentId: z.string().nullable(),
  current: z.number().nullable(),
  currentEndedAt: z.date().nullable(),
  spec: shownSpec.nullable(),
  requestedBy: z.string().nullable(),
  desired: z.number().nullable(),
  ready: z.number().nullable(),
  progressing: z.boolean().nullable(),
  ownership: z.string().nullable(),
  systemState: z.enum(["up", "down"]).nullable(),
  systemSince: z.date().nullable(),
  systemOkAt: z.date().nullable(),
  forbiddenSince: z.date().nullable(),
});
type PlaceRow = z.infer<typeof placeRow>;

/** How each of these apps does in each environment where it was ever released, in the order of promotion. */
export async function placesOf(db: Db, appIds: string[]): Promise<Map<string, AppEnvironmentView[]>> {
  if (appIds.length === 0) return new Map();
  const rows = await db.$queryRaw<unknown[]>`
    select app.id::text as "appId", env.id::text as "environmentId", env.name as environment,
      env.purpose::text as purpose, env.domain,
      newest.id::text as "newestId", newest.state::text as "newestState", newest.number as "newestNumber", newest.paused_at is not null as "isPaused",
      newest.requested_at as "requestedAt", newest.ended_at as "endedAt",
      current.id::text as "currentId", current.number as current, current.ended_at as "currentEndedAt", person.name as "requestedBy",
      (select jsonb_object_agg(key, value) from jsonb_each(running.spec) where key = any(${SHOWN_PARTS})) as spec,
      workload.desired, workload.ready, workload.progressing, workload.ownership,
      system.state::text as "systemState", system.since as "systemSince", system.last_ok_at as "systemOkAt",
      forbidden.since as "forbiddenSince"
    from apps app ${PLACES}
    left join releases running on running.id = current.id
    left join users person on person.id = running.requested_by_id
    where app.id in (${Prisma.join(appIds.map((id) => Prisma.sql`${id}::uuid`))})
    order by env.rank, env.name`;
  const places = new Map<string, AppEnvironmentView[]>();
  for (const row of z.array(placeRow).parse(rows)) {
    places.set(row.appId, [...(places.get(row.appId) ?? []), placeView(row)]);
  }
  return places;
}

function placeView(row: PlaceRow): AppEnvironmentView {
  const { spec, desired, ready, progressing, systemState, systemSince } = row;
  const addresses = spec ? addressesOf(spec, row.domain) : [];
  const { health, since } = healthOf({
    cluster: systemState && systemSince ? { state: systemState, since: systemSince } : null,
    forbiddenSince: row.forbiddenSince,
    newest: { state: row.newestState, requestedAt: row.requestedAt, endedAt: row.endedAt },
    current: row.current === null ? null : { endedAt: row.currentEndedAt },
    workload: desired === null ? null : { desired, ready: ready ?? 0, progressing: progressing ?? true },
  });
  return {
    environmentId: row.environmentId,
    environment: row.environment,
    purpose: row.purpose,
    health,
    since: since?.toISOString() ?? null,
    seenAt: (row.forbiddenSince ?? row.systemOkAt)?.toISOString() ?? null,
    ready: ready ?? 0,
    wanted: desired ?? (spec ? fewestReplicas(spec) : 0),
    ownership: row.ownership,
    currentRelease: row.current,
    currentReleaseId: row.currentId,
    inFlightRelease: isTerminal(row.newestState) ? null : row.newestNumber,
    inFlightReleaseId: isTerminal(row.newestState) ? null : row.newestId,
    onTrial: row.newestState === "canary",
    held: row.isPaused && PAUSABLE.includes(row.newestState),
    version: spec?.image.tag ?? null,
    commitSha: spec?.image.commitSha ?? null,
    imageDigest: spec?.image.digest ?? null,
    lastReleaseAt: row.currentEndedAt?.toISOString() ?? null,
    lastReleaseBy: row.requestedBy,
    meshMode: spec?.meshMode ?? null,
    urls: addresses.filter(isOpenable),
    wildcards: addresses.filter((address) => !isOpenable(address)),
  };
}
