import { setTimeout as delay } from "node:timers/promises";
import { Client } from "pg";
import { z } from "zod";
import { createReleaseResult } from "#lib/releases/schema";
import { type Figure } from "./figures.ts";
import { type Product } from "./product.ts";
import { type Session } from "./session.ts";

const LOOK_EVERY_MS = 100;
const GIVE_UP_MS = 300_000;

/**
 * As many services, each a copy of the running one without pods of its own, all released at the same moment. Throws when
 * one does not finish, or when anything was made twice.
 */
export async function measureManyReleases(
  product: Product,
  session: Session,
  source: string,
  count: number,
): Promise<Figure[]> {
  const database = new Client({ connectionString: product.databaseUrl });
  await database.connect();
  try {
    const asked = z.array(copied).parse((await copy(database, source, count)).rows);
    const startedAt = performance.now();
    await Promise.all(
      asked.map(({ name, environmentId, buildId }) =>
        session.post(
          `/api/apps/${name}/releases`,
          {
            environmentId,
            kind: "deploy",
            buildId,
            settings: null,
            restoresNumber: null,
            reason: null,
            expectedCurrent: null,
            idempotencyKey: "bench-many",
          },
          createReleaseResult,
        ),
      ),
    );
    const askedMs = performance.now() - startedAt;
    await allDone(database, count);
    const doneMs = performance.now() - startedAt;
    const { objects, overtakenS } = await outcome(product, database);
    if (objects !== count) throw new Error(`${count} releases made ${objects} Deployments`);
    return [
      {
        name: `${count} releases at once: all verified`,
        value: doneMs / 1000,
        unit: "s",
        baseline: { name: "to ask for them", value: askedMs / 1000 },
      },
      { name: `${count} releases at once: longest started behind a later one`, value: overtakenS, unit: "s" },
    ];
  } finally {
    await database.end();
  }
}

const copied = z.object({ name: z.string(), environmentId: z.string(), buildId: z.string() });

/** Copies of a service with its newest build and its settings, but for pods and an address. */
const copy = (database: Client, source: string, count: number) =>
  database.query(
    `with source as (select * from apps where name = $1),
    app as (
      insert into apps select (jsonb_populate_record(null::apps, to_jsonb(source)
        || jsonb_build_object('id', gen_random_uuid(), 'name', 'many-' || i))).*
      from source, generate_series(1, $2::int) i returning id, name
    ),
    build as (
      insert into builds select (jsonb_populate_record(null::builds, to_jsonb(newest)
        || jsonb_build_object('id', gen_random_uuid(), 'app_id', app.id))).*
      from app, lateral (
        select b.* from builds b join source on source.id = b.app_id where b.state = 'succeeded' order by b.number desc limit 1
      ) newest returning id, app_id
    ),
    draft as (
      insert into app_spec_drafts select (jsonb_populate_record(null::app_spec_drafts, to_jsonb(d)
        || jsonb_build_object('app_id', app.id, 'spec', d.spec || '{"replicas": 0, "exposure": null}'))).*
      from app, app_spec_drafts d join source on source.id = d.app_id returning app_id, environment_id
    )
    select app.name, draft.environment_id::text as "environmentId", build.id::text as "buildId"
    from app join build on build.app_id = app.id join draft on draft.app_id = app.id`,
    [source, count],
  );

async function allDone(database: Client, count: number): Promise<void> {
  const rows = z.array(z.object({ state: z.string(), number: z.coerce.number() }));
  const sql = `select r.state::text, count(*) as number from releases r join apps a on a.id = r.app_id
    where a.name like 'many-%' group by 1`;
  for (const startedAt = performance.now(); performance.now() - startedAt < GIVE_UP_MS; await delay(LOOK_EVERY_MS)) {
    const states = rows.parse((await database.query(sql)).rows);
    if (states.some(({ state, number }) => state === "done" && number === count)) return;
    if (states.some(({ state }) => state === "failed")) throw new Error(`failed: ${JSON.stringify(states)}`);
  }
  throw new Error("the releases did not finish");
}

/** Deployments in the cluster, and by how much a release was started before one that was asked for earlier, at most. */
async function outcome({ kubernetes }: Product, database: Client): Promise<{ objects: number; overtakenS: number }> {
  const path = "/apis/apps/v1/namespaces/kepler-dev/deployments";
  const answer = await fetch(kubernetes.url + path, { headers: { authorization: `Bearer ${kubernetes.token}` } });
  const list = z.object({ items: z.array(z.object({ metadata: z.object({ name: z.string() }) })) });
  const { items } = list.parse(await answer.json());
  const { rows } = await database.query(`
    select coalesce(max(extract(epoch from earlier.started_at - later.started_at)), 0)::float8 as "overtakenS"
    from releases earlier join releases later on later.requested_at > earlier.requested_at
      and later.started_at < earlier.started_at
    where earlier.idempotency_key = 'bench-many' and later.idempotency_key = 'bench-many'`);
  const [{ overtakenS } = { overtakenS: 0 }] = z.array(z.object({ overtakenS: z.number() })).parse(rows);
  return { objects: items.filter(({ metadata }) => metadata.name.startsWith("many-")).length, overtakenS };
}
