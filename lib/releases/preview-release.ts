import "server-only";
import { type Kubernetes, type KubernetesObject } from "#lib/clients/kubernetes/client";
import { KINDS, knownKind } from "#lib/clients/kubernetes/kinds";
import { connectCluster } from "#lib/clusters/connect-cluster";
import { type Db, db as ownDb } from "#lib/platform/db";
import { KeplerError, type PublicError, toPublicError } from "#lib/platform/errors";
import { clusterGap } from "./cluster-gaps.ts";
import { podEffect } from "./effect-rules.ts";
import { expectedReleaseMs } from "./expected-duration.ts";
import { holdError } from "./hold-rules.ts";
import { type LedgerKey, ledgerIn } from "./ledger.ts";
import { type Manifest, renderManifests } from "./manifests.ts";
import { objectYaml } from "./object-yaml.ts";
import { planRelease } from "./plan-release.ts";
import { type ObjectChange, type ReleaseIntent, type ReleasePreview } from "./schema.ts";
import { specChanges } from "./spec-diff-rules.ts";
import { ledgerKeyOf, refOf } from "./steps/apply.ts";
import { podReleaseOf } from "./steps/check.ts";

export type PreviewDeps = { db: Db; kubernetes(cluster: { context: string }): Kubernetes; now(): Date };
const ownDeps = (): PreviewDeps => ({ db: ownDb(), kubernetes: connectCluster, now: () => new Date() });

/**
 * What a release with this intent would change, object by object, as the cluster's own dry run says
 * (https://kubernetes.io/docs/reference/using-api/api-concepts/#dry-run). Changes nothing. Throws what planning throws,
 * and Unavailable when the cluster cannot be asked.
 */
export async function previewRelease(
  appId: string,
  intent: ReleaseIntent,
  { signal }: { signal: AbortSignal },
  deps: PreviewDeps = ownDeps(),
): Promise<ReleasePreview> {
  const { db } = deps;
  const plan = await planRelease(db, appId, intent, deps.now());
  const { app, environment, basis, spec, number } = plan;
  const kubernetes = deps.kubernetes(environment.cluster);
  const podRelease = await podReleaseOf(db, { number, spec, app, environment });
  const { namespace, cluster } = environment;
  const manifests = renderManifests({ app, namespace, spec, releaseNumber: number, podRelease });
  const owned = (await ledgerIn(db, { app, cluster }, namespace)).filter(({ present }) => present);
  const known = await kubernetes.get({ ...KINDS.namespace, name: namespace }, { signal });
  const tried = await Promise.all(
    manifests.map((manifest) => (known ? tryObject({ kubernetes, signal }, manifest, owned) : fresh(manifest))),
  );
  const gap = await clusterGap(spec, kubernetes, signal);
  const removed = known ? await removals({ kubernetes, signal }, manifests, owned) : [];
  return {
    nextNumber: number,
    current: basis?.number ?? null,
    changes: specChanges(basis?.spec ?? null, spec),
    objects: [...tried.map(({ change }) => change), ...removed],
    hold: plan.hold,
    blockers: [
      ...(plan.hold ? [holdError(plan.hold).toPublic()] : []),
      ...tried.flatMap(({ blocker }) => blocker ?? []),
      ...(gap ? [gap.toPublic()] : []),
    ],
    effect: {
      ...podEffect(basis?.spec ?? null, spec, app),
      expectedMs: await expectedReleaseMs(db, { appId, environmentId: environment.id }),
    },
    checkedAt: deps.now().toISOString(),
    cluster: cluster.name,
  };
}

type Cluster = { kubernetes: Kubernetes; signal: AbortSignal };
type Tried = { change: ObjectChange; blocker?: PublicError };

const describe = ({ apiVersion, kind, metadata }: Manifest | KubernetesObject) => ({
  apiVersion,
  kind,
  name: metadata.name,
  namespace: metadata.namespace ?? null,
  warnings: [],
});

/** Nothing can exist yet where the namespace does not, and a dry run there could only say so. */
function fresh(manifest: Manifest): Tried {
  return { change: { ...describe(manifest), action: "create", before: null, after: objectYaml(manifest) } };
}

async function tryObject({ kubernetes, signal }: Cluster, manifest: Manifest, owned: LedgerKey[]): Promise<Tried> {
  const kind = knownKind(manifest.apiVersion, manifest.kind);
  const { name, namespace } = manifest.metadata;
  const live = kind ? await kubernetes.get({ ...kind, name, namespace }, { signal }) : null;
  const before = live && objectYaml(live);
  const entry = ledgerKeyOf(manifest);
  const force = owned.some((known) => known.kind === entry.kind && known.key === entry.key);
  try {
    const after = objectYaml(await kubernetes.apply(manifest, { dryRun: true, force, signal }));
    const action = before === null ? "create" : before === after ? "unchanged" : "update";
    return { change: { ...describe(manifest), action, before, after } };
  } catch (error) {
    // What the cluster refuses is the answer that people came for; what it does not answer is not.
    if (!(error instanceof KeplerError) || error.code === "unavailable" || error.code === "rate-limited") throw error;
    const change = {
      ...describe(manifest),
      action: before === null ? "create" : "update",
      before,
      after: null,
    } as const;
    return { change, blocker: toPublicError(error) };
  }
}

async function removals({ kubernetes, signal }: Cluster, manifests: Manifest[], owned: LedgerKey[]) {
  const wanted = new Set(manifests.map(ledgerKeyOf).map(({ kind, key }) => `${kind} ${key}`));
  const surplus = owned.filter(({ kind, key }) => !wanted.has(`${kind} ${key}`));
  const live = await Promise.all(surplus.map((entry) => kubernetes.get(refOf(entry), { signal })));
  return live.flatMap((object): ObjectChange[] =>
    object ? [{ ...describe(object), action: "delete", before: objectYaml(object), after: null }] : [],
  );
}
