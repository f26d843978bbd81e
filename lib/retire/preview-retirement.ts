import "server-only";
import { imagesEntry } from "#lib/apps/ledger";
import { hookUrlFor, jenkinsJobName } from "#lib/apps/naming-rules";
import { isOurJob } from "#lib/builds/pipeline-manifests";
import { clusterKey } from "#lib/clusters/record-system";
import { type Db } from "#lib/platform/db";
import { KeplerError, NotFound } from "#lib/platform/errors";
import { placesOf } from "#lib/releases/app-places";
import { IN_FLIGHT } from "#lib/releases/release-rules";
import { lookAtCluster } from "./look-at-cluster.ts";
import { type Places, readPlaces } from "./places.ts";
import { type ObjectKey, splitTags } from "./retire-rules.ts";
import { configured, type RetireSystems } from "./retire-world.ts";
import { type Finding, type PlanItem, type RetirementPlan } from "./schema.ts";
import { UNFINISHED_BUILDS } from "./steps/gate.ts";
import { builtImages, registryOf, tagsOf } from "./steps/images.ts";
import { deliversTo } from "./steps/webhook.ts";

export type PreviewWorld = RetireSystems & { db: Db; now(): Date; keplerUrl: string };

const readApp = (db: Db, id: string) =>
  db.app.findUnique({
    where: { id },
    include: { ledger: { orderBy: { createdAt: "asc" } } },
  });
type App = NonNullable<Awaited<ReturnType<typeof readApp>>>;

type Context = { world: PreviewWorld; app: App; places: Places; signal: AbortSignal };
/** What one system holds of the service: natural keys with what is known of them, and what is not Kepler's to remove. */
type Held = { found: (ObjectKey & { count?: number })[]; left: Finding[] };

/**
 * What a retirement would remove and what it would leave, system by system, from the ledger and from what each system says
 * now. A system that does not answer is said so: what the ledger knows of it is then of unknown presence. Changes nothing.
 */
export async function previewRetirement(
  world: PreviewWorld,
  appId: string,
  { signal }: { signal: AbortSignal },
): Promise<RetirementPlan> {
  const { db } = world;
  const app = await readApp(db, appId);
  if (!app) throw new NotFound("There is no such service.");
  const context = { world, app, places: await readPlaces(db), signal };
  const looks = await Promise.all([
    lookAt(context, "gitlab", hooksHeld),
    lookAt(context, "jenkins", jobsHeld),
    lookAt(context, "registry", imagesHeld),
    ...clustersOf(context).map((cluster) =>
      lookAt(context, clusterKey(cluster.id), (inside) => objectsHeld(inside, cluster)),
    ),
  ]);
  const [builds, releases, imports, buildsInFlight, releasesInFlight, pods, places] = await Promise.all([
    db.build.count({ where: { appId } }),
    db.release.count({ where: { appId } }),
    db.release.count({ where: { appId, kind: "import", state: "done" } }),
    db.build.count({ where: { appId, state: { in: UNFINISHED_BUILDS } } }),
    db.release.count({ where: { appId, state: { in: [...IN_FLIGHT] } } }),
    db.observedPod.count({ where: { appId } }),
    placesOf(db, [appId]),
  ]);
  return {
    app: app.name,
    items: looks.flatMap(({ items }) => items),
    left: looks.flatMap(({ left }) => left),
    systems: looks.map(({ system, error }) => ({ system, name: context.places.nameOf(system), error })),
    repository: app.gitlabProjectPath,
    imported: imports > 0,
    builds,
    releases,
    inFlight: { builds: buildsInFlight, releases: releasesInFlight },
    pods,
    urls: (places.get(appId) ?? []).flatMap(({ urls, wildcards }) => [...urls, ...wildcards]),
    checkedAt: world.now().toISOString(),
  };
}

const clustersOf = ({ app, places }: Context) =>
  places.clusters.filter(({ id }) => app.ledger.some(({ system }) => system === clusterKey(id)));

async function lookAt(context: Context, system: string, look: (context: Context) => Promise<Held>) {
  const { app, places } = context;
  const known = app.ledger.filter((entry) => entry.system === system && entry.state !== "absent");
  const item = (entry: ObjectKey, facts: Pick<PlanItem, "origin" | "seen" | "count" | "url">): PlanItem => {
    const { kind, key } = entry;
    return { system, kind, key, environments: places.environmentsOf({ system, key }), ...facts };
  };
  try {
    const { found, left } = await look(context);
    const isSame = (a: ObjectKey, b: ObjectKey) => a.kind === b.kind && a.key === b.key;
    const items = known.map((entry) => {
      const there = found.find((object) => isSame(object, entry));
      // A namespace is not the service's: nobody looks for it here.
      const seen = entry.kind === "v1/Namespace" ? "unknown" : there ? "present" : "absent";
      return item(entry, { origin: "ledger", seen, count: there?.count ?? null, url: entry.url });
    });
    const orphans = found
      .filter((object) => !known.some((entry) => isSame(object, entry)))
      .map((object) => item(object, { origin: "orphan", seen: "present", count: object.count ?? null, url: null }));
    return { system, items: [...items, ...orphans], left, error: null };
  } catch (error) {
    if (!(error instanceof KeplerError)) throw error;
    const items = known.map((entry) => item(entry, { origin: "ledger", seen: "unknown", count: null, url: entry.url }));
    return { system, items, left: [], error: error.toPublic() };
  }
}

async function hooksHeld({ world, app, signal }: Context): Promise<Held> {
  if (app.gitlabProjectId === null) return { found: [], left: [] };
  const hooks = await configured(world.gitlab, "gitlab", "GitLab").listHooks(app.gitlabProjectId, { signal });
  const ours = hookUrlFor(world.keplerUrl, app.id);
  const urls = new Set(hooks.filter(({ url }) => deliversTo(url, ours)).map(({ url }) => url));
  return { found: [...urls].map((key) => ({ kind: "webhook", key })), left: [] };
}

async function jobsHeld({ world, app, signal }: Context): Promise<Held> {
  const key = jenkinsJobName(app.name);
  const job = await configured(world.jenkins, "jenkins", "Jenkins").findJob(key, { signal });
  if (!job) return { found: [], left: [] };
  if (isOurJob(job.configXml, app.id)) return { found: [{ kind: "job", key }], left: [] };
  return { found: [], left: [{ system: "jenkins", kind: "job", key, why: "anothers" }] };
}

async function imagesHeld({ world, app, signal }: Context): Promise<Held> {
  const { kind, key } = imagesEntry({ appId: app.id, imageRepository: app.imageRepository });
  const { client, repository } = registryOf(world.registry, key);
  const [tags, built] = await Promise.all([tagsOf(client, repository, signal), builtImages(world.db, app.id)]);
  const { own, others } = splitTags(tags, built.tags);
  return {
    found: own.length > 0 ? [{ kind, key, count: own.length }] : [],
    left: others.map((tag) => ({ system: "registry", kind: "tag", key: `${key}:${tag}`, why: "anothers" as const })),
  };
}

async function objectsHeld({ world, app, signal }: Context, cluster: { id: string; context: string }): Promise<Held> {
  const system = clusterKey(cluster.id);
  const ledger = app.ledger.filter((entry) => entry.system === system);
  const look = { kubernetes: world.kubernetes(cluster), appId: app.id, signal };
  const seen = await lookAtCluster(look, ledger, null);
  return {
    found: seen.filter(({ as }) => as === "own"),
    left: seen.flatMap(({ as, kind, key }) =>
      as === "unmanaged" || as === "anothers" ? [{ system, kind, key, why: as }] : [],
    ),
  };
}
