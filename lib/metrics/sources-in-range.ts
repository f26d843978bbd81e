import "server-only";
import { z } from "zod";
import { appSpec } from "#lib/apps/spec-schema";
import { type Db } from "#lib/platform/db";
import { type RequestSource, requestSourceOf } from "./scope-rules.ts";

const MOST_RELEASES = 100;
const rows = z.array(appSpec.pick({ meshMode: true, exposure: true }).extend({ appId: z.string() }));

/**
 * Who counted each of these apps' requests in a range of time, the latest first: with a release that joins the mesh or
 * changes the gateway, another begins to. Without an entry where nobody did. Index releases_app_id_environment_id_number_key.
 */
export async function sourcesInRange(
  db: Db,
  { appIds, environmentId }: { appIds: readonly string[]; environmentId: string },
  range: { from: number; to: number },
): Promise<Map<string, RequestSource[]>> {
  const [from, to] = [new Date(range.from), new Date(range.to)];
  // What was done before the range still ran in it.
  const found = await db.$queryRaw<unknown>`
    select app.id::text as "appId", ran.spec->'meshMode' as "meshMode", ran.spec->'exposure' as exposure
    from unnest(${[...appIds]}::uuid[]) as app(id)
    join lateral (
      select number, spec from releases
      where app_id = app.id and environment_id = ${environmentId}::uuid and state = 'done' and ended_at <= ${to}
        and number >= coalesce((
          select max(number) from releases
          where app_id = app.id and environment_id = ${environmentId}::uuid and state = 'done' and ended_at <= ${from}
        ), 0)
      order by number desc
      limit ${MOST_RELEASES}
    ) ran on true
    order by app.id, ran.number desc`;
  const sources = new Map<string, RequestSource[]>();
  for (const row of rows.parse(found)) {
    const source = requestSourceOf(row);
    const known = sources.get(row.appId) ?? [];
    if (source !== null && !known.includes(source)) sources.set(row.appId, [...known, source]);
  }
  return sources;
}
