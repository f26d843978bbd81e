import "server-only";
import { z } from "zod";
import { appSpec } from "#lib/apps/spec-schema";
import { type Db } from "#lib/platform/db";
import { type RequestSource, requestSourceOf } from "./scope-rules.ts";

const MOST_RELEASES = 100;
const rows = z.array(appSpec.pick({ meshMode: true, exposure: true }));

/**
 * Who counted an app's requests in a range of time, the latest first: with a release that joins the mesh or changes the
 * gateway, another begins to. Empty where nobody did. Index releases_app_id_environment_id_number_key.
 */
export async function sourcesInRange(
  db: Db,
  { appId, environmentId }: { appId: string; environmentId: string },
  range: { from: number; to: number },
): Promise<RequestSource[]> {
  const [from, to] = [new Date(range.from), new Date(range.to)];
  // What was done before the range still ran in it.
  const found = await db.$queryRaw<unknown>`
    select spec->'meshMode' as "meshMode", spec->'exposure' as exposure
    from releases
    where app_id = ${appId}::uuid and environment_id = ${environmentId}::uuid and state = 'done' and ended_at <= ${to}
      and number >= coalesce((
        select max(number) from releases
        where app_id = ${appId}::uuid and environment_id = ${environmentId}::uuid and state = 'done' and ended_at <= ${from}
      ), 0)
    order by number desc
    limit ${MOST_RELEASES}`;
  return [...new Set(rows.parse(found).map(requestSourceOf))].filter((source) => source !== null);
}
