import "server-only";
import { appSpec } from "#lib/apps/spec-schema";
import { type Kubernetes } from "#lib/clients/kubernetes/client";
import { connectCluster } from "#lib/clusters/connect-cluster";
import { type Db, db as ownDb } from "#lib/platform/db";
import { NotFound } from "#lib/platform/errors";
import { ledgerIn } from "../ledger.ts";
import { containerOf } from "../manifests/object.ts";
import { type Manifest } from "../manifests.ts";
import { tryObject } from "../preview/try-objects.ts";
import { isTerminal } from "../release-rules.ts";
import { renderRelease } from "../render-release.ts";
import { ledgerKeyOf } from "../steps/apply.ts";
import { podReleaseIn } from "../steps/check.ts";
import { type ChangedField, describeFields } from "./contest-rules.ts";
import { driftedFields } from "./drift-rules.ts";
import { type DriftView } from "./schema.ts";

export type DriftDeps = { db: Db; kubernetes(cluster: { context: string }): Kubernetes; now(): Date };
const ownDeps = (): DriftDeps => ({ db: ownDb(), kubernetes: connectCluster, now: () => new Date() });

/**
 * What somebody changed by hand in an environment since its last release: that release's objects are tried again by the
 * cluster's dry run, and what that would undo is the drift. Throws
 * NotFound for an unknown environment, Unavailable when the cluster cannot be asked.
 */
export async function findDrift(
  appId: string,
  environmentName: string,
  { signal }: { signal: AbortSignal },
  deps: DriftDeps = ownDeps(),
): Promise<DriftView> {
  const { db } = deps;
  const environment = await db.environment.findUnique({
    where: { name: environmentName },
    select: { id: true, namespace: true, cluster: { select: { id: true, context: true } } },
  });
  if (!environment) throw new NotFound("There is no such environment.");
  const release = await lastApplied(db, { appId, environmentId: environment.id });
  const checkedAt = deps.now().toISOString();
  if (!release) return { release: null, fields: [], missing: [], checkedAt };

  const { app, number, spec } = release;
  const { namespace, cluster } = environment;
  const owned = (await ledgerIn(db, { app, cluster }, namespace)).filter(({ present }) => present);
  const { podRelease } = release;
  const manifests = await renderRelease(db, { app, environment, spec, releaseNumber: number, podRelease });
  const kubernetes = deps.kubernetes(cluster);
  const tried = await Promise.all(manifests.map((manifest) => tryObject({ kubernetes, signal }, manifest, owned)));
  const changed = tried.flatMap(({ manifest, live, next }): ChangedField[] =>
    driftedFields(refOf(manifest), live, next, containerOf({ app, spec })),
  );
  return {
    release: number,
    fields: describeFields({ applied: spec, next: spec }, app.name, changed),
    missing: tried.filter(({ live }) => !live).map(({ manifest }) => refOf(manifest)),
    checkedAt,
  };
}

const refOf = (manifest: Manifest) => ({ kind: ledgerKeyOf(manifest).kind, name: manifest.metadata.name });

/**
 * The release whose objects should stand there; null before the first, while another is under way, and after one that had
 * begun to change things and did not get to its end: what stands there then is half of both.
 */
async function lastApplied(db: Db, here: { appId: string; environmentId: string }) {
  const select = {
    number: true,
    state: true,
    spec: true,
    app: { select: { id: true, name: true } },
    steps: { select: { name: true, state: true, detail: true } },
  } as const;
  const newestFirst = { number: "desc" } as const;
  const [newest, done] = await Promise.all([
    db.release.findFirst({ where: here, orderBy: newestFirst, select }),
    db.release.findFirst({ where: { ...here, state: "done" }, orderBy: newestFirst, select }),
  ]);
  if (!newest || !done || !isTerminal(newest.state)) return null;
  const applied = newest.steps.find(({ name }) => name === "apply")?.state;
  if (newest.state !== "done" && applied !== "skipped" && applied !== "waiting") return null;
  return { number: done.number, app: done.app, spec: appSpec.parse(done.spec), podRelease: podReleaseIn(done) };
}
