import "server-only";
import { z } from "zod";
import { appSpec } from "#lib/apps/spec-schema";
import { type Prometheus } from "#lib/clients/prometheus/client";
import { ownSystems } from "#lib/clusters/connect-systems";
import { type Db, db as ownDb, Prisma } from "#lib/platform/db";
import { Denied, KeplerError, NotFound } from "#lib/platform/errors";
import { sharedReads } from "#lib/platform/shared-reads";
import { inTurns } from "./in-turns.ts";
import { encode } from "./promql-rules.ts";
import { endOf } from "./range-rules.ts";
import { lastHour, sharesOf, utilizationQueries } from "./utilization-rules.ts";
import { type UtilizationView } from "./utilization-schema.ts";

export type UtilizationDeps = { db: Db; prometheus: Prometheus | null; now: () => Date };
const ownDeps = (): UtilizationDeps => ({ db: ownDb(), prometheus: ownSystems().prometheus, now: () => new Date() });

const WITHIN_MS = 5000;

type Asked = { environmentId: string; apps: readonly string[] };

/**
 * How near these services' containers came to their limits in the last hour, as far as a person may see them (`teams` are
 * theirs; null = all). Prometheus being away or refusing is a state of the answer. Throws NotFound for an unknown
 * environment.
 */
export async function getUtilization(
  { environmentId, apps }: Asked,
  teams: readonly string[] | null,
  { db, prometheus, now }: UtilizationDeps = ownDeps(),
): Promise<UtilizationView> {
  const environment = await db.environment.findUnique({ where: { id: environmentId }, select: { namespace: true } });
  if (!environment) throw new NotFound("There is no such environment.");
  if (prometheus === null) return { state: "absent", problem: null, apps: [] };
  const limits = await limitsOf(db, { environmentId, apps }, teams);
  if (limits.length === 0) return { state: "ok", problem: null, apps: [] };
  const grid = lastHour(now().getTime());
  const range = { startMs: grid.startMs, endMs: endOf(grid), stepMs: grid.stepMs };
  const queries = utilizationQueries(environment.namespace, limits);
  // Nobody's signal: the answer is for all who asked meanwhile.
  const call = { deadlineMs: WITHIN_MS };
  try {
    const asked = queries.flatMap(({ cpu, memory }) => [cpu, memory]);
    const answers = await inTurns(asked, (query) => prometheus.queryRange(encode(query), range, call));
    const used = (part: number) => answers.filter((_, at) => at % 2 === part).flat();
    return { state: "ok", problem: null, apps: sharesOf(grid, limits, { cpu: used(0), memory: used(1) }) };
  } catch (error) {
    if (!(error instanceof KeplerError)) throw error;
    const state = error instanceof Denied ? "forbidden" : "unreachable";
    return { state, problem: error.toPublic(), apps: [] };
  }
}

const together = sharedReads<UtilizationView>();

/** `getUtilization` for the many who look at one list: those who may see the same and ask the same have one answer. */
export const getUtilizationTogether = (asked: Asked, teams: readonly string[] | null): Promise<UtilizationView> =>
  together(JSON.stringify([asked, teams && [...teams].sort()]), () => getUtilization(asked, teams));

const limitsRow = appSpec.pick({ resources: true }).extend({ app: z.string(), container: z.string().nullable() });

/** Of what runs now. */
async function limitsOf(db: Db, { environmentId, apps }: Asked, teams: readonly string[] | null) {
  const own = teams === null ? Prisma.empty : Prisma.sql`and app.team_id = any(${[...teams]}::uuid[])`;
  const rows = await db.$queryRaw<unknown[]>`
    select distinct on (app.id) app.name as app, r.spec->'resources' as resources, r.spec->'adopted'->>'container' as container
    from apps app join releases r on r.app_id = app.id and r.environment_id = ${environmentId}::uuid and r.state = 'done'
    where app.retired_at is null and app.name = any(${[...apps]}) ${own}
    order by app.id, r.number desc`;
  return z
    .array(limitsRow)
    .parse(rows)
    .map(({ app, container, resources: { cpuLimitMillis, memoryLimitBytes } }) => ({
      app,
      container: container ?? app,
      cpuCores: cpuLimitMillis / 1000,
      memoryBytes: memoryLimitBytes,
    }));
}
