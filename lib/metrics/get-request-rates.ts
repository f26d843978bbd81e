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
import { type CountedApp, rateQueries, ratesOf } from "./request-rate-rules.ts";
import { type RequestRatesView } from "./request-rate-schema.ts";
import { sourcesInRange } from "./sources-in-range.ts";
import { lastHour } from "./utilization-rules.ts";

export type RequestRatesDeps = { db: Db; prometheus: Prometheus | null; now: () => Date };
const ownDeps = (): RequestRatesDeps => ({ db: ownDb(), prometheus: ownSystems().prometheus, now: () => new Date() });

const WITHIN_MS = 5000;

type Asked = { environmentId: string; apps: readonly string[] };

/**
 * How often these services were asked in the last hour and how often they failed, as their mesh proxies or the gateway that
 * they are exposed at counted, whoever did so in that hour; as far as a person may see them (`teams` are theirs; null = all). Prometheus being away or
 * refusing is a state of the answer. Throws NotFound for an unknown environment.
 */
export async function getRequestRates(
  { environmentId, apps }: Asked,
  teams: readonly string[] | null,
  { db, prometheus, now }: RequestRatesDeps = ownDeps(),
): Promise<RequestRatesView> {
  const environment = await db.environment.findUnique({ where: { id: environmentId }, select: { namespace: true } });
  if (!environment) throw new NotFound("There is no such environment.");
  if (prometheus === null) return { state: "absent", problem: null, apps: [] };
  const { namespace } = environment;
  const nowMs = now().getTime();
  const grid = lastHour(nowMs);
  const range = { startMs: grid.startMs, endMs: endOf(grid), stepMs: grid.stepMs };
  const counted = await countedOf(db, { environmentId, apps }, teams, { from: grid.startMs, to: nowMs });
  // Nobody's signal: the answer is for all who asked meanwhile.
  const ask = (expr: Parameters<typeof encode>[0]) =>
    prometheus.queryRange(encode(expr), range, { deadlineMs: WITHIN_MS });
  try {
    const answers = await inTurns(rateQueries(namespace, counted), async ({ by, all, failed }) => {
      const [ofAll, ofFailed] = await Promise.all([ask(all), ask(failed)]);
      return { by, all: ofAll, failed: ofFailed };
    });
    return { state: "ok", problem: null, apps: ratesOf(grid, namespace, counted, answers) };
  } catch (error) {
    if (!(error instanceof KeplerError)) throw error;
    const state = error instanceof Denied ? "forbidden" : "unreachable";
    return { state, problem: error.toPublic(), apps: [] };
  }
}

const together = sharedReads<RequestRatesView>();

/** `getRequestRates` for the many who look at one list: those who may see the same and ask the same have one answer. */
export const getRequestRatesTogether = (asked: Asked, teams: readonly string[] | null): Promise<RequestRatesView> =>
  together(JSON.stringify([asked, teams && [...teams].sort()]), () => getRequestRates(asked, teams));

const runningRow = appSpec.pick({ ports: true }).extend({ id: z.string(), app: z.string() });

/** Of what runs now: those whose requests somebody counted in the range. */
async function countedOf(
  db: Db,
  { environmentId, apps }: Asked,
  teams: readonly string[] | null,
  range: { from: number; to: number },
): Promise<CountedApp[]> {
  const own = teams === null ? Prisma.empty : Prisma.sql`and app.team_id = any(${[...teams]}::uuid[])`;
  const rows = await db.$queryRaw<unknown[]>`
    select distinct on (app.id) app.id::text as id, app.name as app, r.spec->'ports' as ports
    from apps app join releases r on r.app_id = app.id and r.environment_id = ${environmentId}::uuid and r.state = 'done'
    where app.retired_at is null and app.name = any(${[...apps]}) ${own}
    order by app.id, r.number desc`;
  const running = z.array(runningRow).parse(rows);
  const sources = await sourcesInRange(db, { appIds: running.map(({ id }) => id), environmentId }, range);
  return running.flatMap(({ id, app, ports }) => {
    const of = sources.get(id);
    return of === undefined ? [] : [{ app, ports, sources: of }];
  });
}
