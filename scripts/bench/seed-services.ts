import { Client } from "pg";
import { type AppSpec, appSpec, DEFAULT_STRATEGY, RESOURCE_PRESETS, SPEC_VERSION } from "#lib/apps/spec-schema";

/** Each service: ten builds; dev always and test and prod mostly, with five releases, a Deployment and two pods there. */
const BUILDS = 10;
const RELEASES = 5;

/**
 * Writes services with all that the list reads about them, the same rows each time. Everything in them is over, so that
 * the worker has nothing to do with them; nothing of them is in the cluster, and the watch does not ask before it has to.
 * Once: what is there already stays.
 */
export async function seedServices(databaseUrl: string, services: number): Promise<void> {
  const database = new Client({ connectionString: databaseUrl });
  await database.connect();
  try {
    const { rowCount } = await database.query("select from apps where gitlab_project_path = 'bench/service' limit 1");
    if (rowCount) return;
    for (const statement of [APPS, BUILD_ROWS]) await database.query(statement, [services]);
    await database.query(RELEASE_ROWS, [JSON.stringify(SPEC)]);
    for (const statement of [WORKLOADS, PODS, "analyze"]) await database.query(statement);
  } finally {
    await database.end();
  }
}

const SPEC: AppSpec = appSpec.parse({
  schemaVersion: SPEC_VERSION,
  image: {
    repository: "127.0.0.1:1/bench",
    digest: `sha256:${"0".repeat(64)}`,
    tag: "0000000-1",
    commitSha: "0000000",
  },
  replicas: 2,
  resources: RESOURCE_PRESETS.medium,
  ports: [{ name: "http", port: 8080, protocol: "http" }],
  command: [],
  args: [],
  env: Array.from({ length: 12 }, (_, i) => ({ name: `SETTING_${i}`, value: `value ${i} of an ordinary length` })),
  readinessProbe: { path: "/healthz", port: 8080, periodSeconds: 5, timeoutSeconds: 2, failureThreshold: 3 },
  meshMode: "normal",
  exposure: {
    gatewayClass: "ingress",
    routes: [{ host: "bench.dev.localhost", path: "/", pathType: "prefix", port: 8080 }],
  },
  strategy: DEFAULT_STRATEGY,
  restartedAt: null,
});

/** The same id each time, in the form of a UUID of version 8 (RFC 9562: made from whatever one likes). */
const id = (text: string): string => `overlay(overlay(md5(${text}) placing '8' from 13) placing '8' from 17)::uuid`;

/** Where seeded services are released: all in dev, three quarters in test, half in prod. `i` is the service's number. */
const PLACES = `
  (select app.id as app_id, app.name, app.gitlab_project_id as i from apps app where app.gitlab_project_path = 'bench/service') app
  join environments env on app.i % 4 >= array_position(array['dev', 'test', 'prod'], env.name) - 1`;

const APPS = `
  insert into apps (id, team_id, name, language, gitlab_project_id, gitlab_project_path, repository_url, default_ref,
    dockerfile_path, build_strategy, build_on_push, image_repository, webhook_secret, callback_secret, provision_state)
  select ${id("'app ' || i")}, team.id, 'service-' || lpad(i::text, 4, '0'),
    (array['go', 'java', 'nodejs', 'python', 'static']::"Language"[])[i % 5 + 1], i, 'bench/service',
    'http://127.0.0.1:1/bench/service.git', 'main', 'Dockerfile', 'dockerfile', false, '127.0.0.1:1/bench', '', '',
    (case when i % 97 = 0 then 'failed' else 'ready' end)::"ProvisionState"
  from generate_series(1, $1::int) i
  join (select id, row_number() over (order by slug) - 1 as place, count(*) over () as teams from teams) team
    on team.place = i % team.teams`;

const BUILD_ROWS = `
  insert into builds (id, app_id, number, ref, ref_kind, commit_sha, commit_title, commit_author, trigger,
    idempotency_key, state, jenkins_job, image_repository, image_tag, requested_at, started_at, ended_at)
  select ${id("'build ' || i || ' ' || n")}, ${id("'app ' || i")}, n, 'main', 'branch', md5(i || ' ' || n),
    'Change number ' || n, 'Lin Wei', 'push', 'bench ' || n,
    (case when (i + n) % 9 = 0 then 'failed' else 'succeeded' end)::"BuildState", 'kepler-bench', '127.0.0.1:1/bench',
    'build-' || n, at, at, at + interval '30 seconds'
  from generate_series(1, $1::int) i, generate_series(1, ${BUILDS}) n,
    lateral (select timestamptz '2026-01-01' + n * interval '1 day' + i * interval '1 minute' as at) time`;

const RELEASE_ROWS = `
  insert into releases (id, app_id, environment_id, number, kind, spec, image_digest, requested_by_id,
    idempotency_key, state, requested_at, started_at, ended_at)
  select ${id("'release ' || i || env.name || n")}, app_id, env.id, n, 'deploy', $1::jsonb, 'sha256:' || md5(i || ' ' || n),
    (select id from users order by username limit 1), 'bench ' || n,
    (case when n = ${RELEASES} and i % 13 = 0 then 'failed' else 'done' end)::"ReleaseState", at, at, at + interval '20 seconds'
  from ${PLACES}, generate_series(1, ${RELEASES}) n,
    lateral (select timestamptz '2026-01-01 01:00Z' + n * interval '2 days' + i * interval '1 minute' as at) time`;

/** Most are well; one in eleven lacks a pod, one in seventeen has none, one in twenty-three was scaled to zero. */
const WORKLOADS = `
  insert into observed_workloads (cluster_id, namespace, name, uid, app_id, release_number, generation,
    observed_generation, desired, updated, ready, available, progressing, image, seen_at)
  select env.cluster_id, env.namespace, app.name, md5(i || env.name), app_id, ${RELEASES}, ${RELEASES}, ${RELEASES},
    desired, desired, ready, ready, true, '127.0.0.1:1/bench', timestamptz '2026-02-01'
  from ${PLACES},
    lateral (select case when i % 23 = 0 then 0 else 2 end as desired) wanted,
    lateral (select case when i % 17 = 0 then 0 when i % 11 = 0 then least(1, desired) else desired end as ready) seen`;

const PODS = `
  insert into observed_pods (cluster_id, uid, namespace, name, app_id, release_number, phase, status, ready, restarts,
    containers, created_at, seen_at)
  select cluster_id, md5(uid || n), namespace, name || '-' || n, app_id, release_number, 'Running', 'Running', n <= ready,
    0, '[]', seen_at, seen_at
  from observed_workloads, generate_series(1, desired) n where image = '127.0.0.1:1/bench'`;
