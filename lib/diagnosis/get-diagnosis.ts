import "server-only";
import { type AppSpec, appSpec } from "#lib/apps/spec-schema";
import { askAddress } from "#lib/clients/edge/ask-address";
import { type Kubernetes } from "#lib/clients/kubernetes/client";
import { type Prometheus } from "#lib/clients/prometheus/client";
import { type Registry } from "#lib/clients/registry/client";
import { connectCluster } from "#lib/clusters/connect-cluster";
import { ownSystems } from "#lib/clusters/connect-systems";
import { sightOfPods } from "#lib/clusters/missing-rights";
import { type SeenPod } from "#lib/clusters/pod-rules";
import { knownSecrets } from "#lib/config/known-secrets";
import { type Db, db as ownDb } from "#lib/platform/db";
import { KeplerError, NotFound, toPublicError } from "#lib/platform/errors";
import { urlsOf } from "#lib/releases/domains/host-rules";
import { isTerminal } from "#lib/releases/release-rules";
import { withoutSecrets } from "#lib/terminal/mask-rules";
import { diagnose } from "./diagnosis-rules.ts";
import { doneBeforeNewest } from "./done-before.ts";
import { lastSeenPods } from "./last-seen.ts";
import { placeOf } from "./place-rules.ts";
import { type Gap, readCluster } from "./read-cluster.ts";
import { readPeaks } from "./read-peaks.ts";
import { type Scene, type SeenAnswer, type SeenImage, type SeenUsage } from "./scene-schema.ts";
import { type DiagnosisView, type Finding } from "./schema.ts";

export type DiagnosisDeps = {
  db: Db;
  kubernetes(cluster: { context: string }): Kubernetes;
  registry: { client: Registry; host: string } | null;
  prometheus: Prometheus | null;
  now(): Date;
};
const ownDeps = (): DiagnosisDeps => {
  const { registry, prometheus } = ownSystems();
  return { db: ownDb(), kubernetes: connectCluster, registry, prometheus, now: () => new Date() };
};

/**
 * What is wrong with an app in an environment now: cluster, registry and edge are asked, and what they say is held against
 * each other. Where the cluster does not answer, its pods as they were last seen are judged, and `gaps` says so.
 * Throws NotFound for an unknown environment.
 */
export async function getDiagnosis(
  appId: string,
  environmentName: string,
  { signal }: { signal: AbortSignal },
  deps: DiagnosisDeps = ownDeps(),
): Promise<DiagnosisView> {
  const { db, now } = deps;
  const { app, environment, release, before } = await wantedIn(db, appId, environmentName);
  const { cluster, namespace, domain } = environment;
  const checkedAt = now();
  const view = { checkedAt: checkedAt.toISOString(), cluster: cluster.name, before };
  if (!release) return { ...view, findings: [], gaps: [], seenAt: null };

  const { spec } = release;
  const place = placeOf({ app, clusterId: cluster.id, namespace, spec });
  const [seen, image] = await Promise.all([
    readCluster(place, { db, kubernetes: deps.kubernetes(cluster), now, signal }),
    lookAtImage(spec, deps, signal),
  ]);
  const pods = seen.livePods ?? (await lastSeenPods(db, { appId, clusterId: cluster.id, namespace }));
  const peaks = await peaksOf({ namespace, pods }, deps, signal);
  const answers = pods.some(({ ready }) => ready) ? await askEdge(spec, domain, checkedAt, signal) : [];
  const usage = [...seen.scene.usage, ...peaks.seen];
  // While a rollout is under way its pods run two images on purpose.
  const compared = isTerminal(release.state) ? image.seen : null;
  const scene: Scene = { ...seen.scene, pods, usage, answers, image: compared, build: release.build, before };
  const sight = seen.livePods ? { seenAt: checkedAt } : await sightOfPods(db, { clusterId: cluster.id, namespace });
  const secrets = await knownSecrets(db, appId, environment.id);
  return {
    ...view,
    findings: diagnose(scene).map((one) => masked(one, secrets)),
    gaps: [...seen.gaps, ...image.gaps, ...peaks.gaps],
    seenAt: sight.seenAt?.toISOString() ?? null,
  };
}

/** What a program wrote may hold what it was given; so may a command that could not be started, which the sentence quotes. */
const masked = (finding: Finding, secrets: readonly string[]): Finding => ({
  ...finding,
  error: { ...finding.error, message: withoutSecrets(finding.error.message, secrets) },
  evidence: finding.evidence.map((each) => ({ ...each, text: withoutSecrets(each.text, secrets) })),
});

/** The app, the place, the release whose objects should stand there (the newest that was applied), and the good one before. */
async function wantedIn(db: Db, appId: string, environmentName: string) {
  const environment = await db.environment.findUnique({
    where: { name: environmentName },
    select: {
      id: true,
      namespace: true,
      domain: true,
      cluster: { select: { id: true, name: true, context: true } },
    },
  });
  if (!environment) throw new NotFound("There is no such environment.");
  const app = await db.app.findUniqueOrThrow({ where: { id: appId }, select: { id: true, name: true } });
  const newest = await db.release.findFirst({
    where: { appId, environmentId: environment.id, startedAt: { not: null } },
    orderBy: { number: "desc" },
    select: { spec: true, state: true, build: { select: { number: true, endedAt: true } } },
  });
  const before = await doneBeforeNewest(db, { appId, environmentId: environment.id });
  const release = newest && { ...newest, spec: appSpec.parse(newest.spec) };
  return { app, environment, release, before };
}

/** Is the image still there, and does its tag still mean it? Nothing where the registry is not the one that Kepler knows. */
async function lookAtImage(
  { image: { repository, digest, tag } }: AppSpec,
  { registry: known, now }: DiagnosisDeps,
  signal: AbortSignal,
): Promise<{ seen: SeenImage | null; gaps: Gap[] }> {
  if (!known || !repository.startsWith(`${known.host}/`)) return { seen: null, gaps: [] };
  const name = repository.slice(known.host.length + 1);
  const digestOf = (reference: string) =>
    known.client.getManifest(name, reference, { signal }).then(
      (manifest) => manifest.digest,
      (error: unknown) => {
        if (error instanceof NotFound) return null;
        throw error;
      },
    );
  try {
    const [there, tagDigest] = await Promise.all([digestOf(digest), tag ? digestOf(tag) : null]);
    const reference = tag ? `${repository}:${tag}` : repository;
    return { seen: { reference, digest, present: there !== null, tagDigest, at: now() }, gaps: [] };
  } catch (error) {
    if (!(error instanceof KeplerError)) throw error;
    return { seen: null, gaps: [{ what: "registry", error: toPublicError(error) }] };
  }
}

async function peaksOf(
  place: { namespace: string; pods: readonly SeenPod[] },
  { prometheus, now }: DiagnosisDeps,
  signal: AbortSignal,
): Promise<{ seen: SeenUsage[]; gaps: Gap[] }> {
  if (!prometheus) return { seen: [], gaps: [] };
  try {
    return { seen: await readPeaks(prometheus, place, { now: now(), signal }), gaps: [] };
  } catch (error) {
    if (!(error instanceof KeplerError)) throw error;
    return { seen: [], gaps: [{ what: "prometheus", error: toPublicError(error) }] };
  }
}

/**
 * What a visitor gets, at addresses under the environment's own domain: whoever may write a host into a route does not
 * thereby choose whom Kepler calls.
 */
async function askEdge(spec: AppSpec, domain: string, at: Date, signal: AbortSignal): Promise<SeenAnswer[]> {
  const own = `.${domain.replace(/:\d+$/, "")}`;
  const urls = urlsOf(spec, domain).filter((url) => new URL(url).hostname.endsWith(own));
  return Promise.all(
    urls.slice(0, MOST_ADDRESSES).map(async (url) => ({ url, at, ...(await askAddress(url, { signal })) })),
  );
}
const MOST_ADDRESSES = 5;
