import "server-only";
import { carrierOf } from "#lib/apps/spec/gateway-rules";
import { type AppSpec } from "#lib/apps/spec-schema";
import { type KindRef, type Kubernetes, type KubernetesObject } from "#lib/clients/kubernetes/client";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { checkCertificates } from "#lib/clusters/check-certificates";
import { RELEASE_LABEL } from "#lib/clusters/label-rules";
import { type Db } from "#lib/platform/db";
import { Denied } from "#lib/platform/errors";
import { conflictsOf, type Decisions, refTo } from "../drift/conflicts.ts";
import { type FieldConflict, type ObjectChange } from "../drift/schema.ts";
import { clusterGap } from "../gates/cluster-gaps.ts";
import { type GateFacts, gatesOf, type MeshFacts } from "../gates/gate-rules.ts";
import { podNeeds } from "../gates/pod-needs-rules.ts";
import { readLimitRange, readQuota } from "../gates/quota-rules.ts";
import { type Gate } from "../gates/schema.ts";
import { type LedgerKey, ledgerIn } from "../ledger.ts";
import { type Manifest } from "../manifests.ts";
import { withProxies } from "../mesh/mesh-rules.ts";
import { type MeshPreflight } from "../mesh/schema.ts";
import { tryInjection } from "../mesh/try-injection.ts";
import { objectYaml } from "../object-yaml.ts";
import { same, valueAt } from "../ownership-rules.ts";
import { type ReleasePlan } from "../plan/plan-release.ts";
import { renderRelease } from "../render-release.ts";
import { ledgerKeyOf, refOf } from "../steps/apply.ts";
import { podReleaseOf } from "../steps/check.ts";
import { type Tried, tryObject } from "./try-objects.ts";

type Deps = { db: Db; kubernetes: Kubernetes; now: Date; signal: AbortSignal };
export type Examined = {
  objects: ObjectChange[];
  conflicts: FieldConflict[];
  gates: Gate[];
  /** How many pods are wanted now; null where nothing runs. */
  running: number | null;
  /** Of a release that brings the service into the mesh, or changes its proxies there. */
  mesh: MeshPreflight | null;
};

/**
 * What the cluster says to a planned release: each object by its own dry run, fields that others changed, and every gate.
 * Preview and creation ask the same function, so that what was shown is what counts. Throws when the cluster cannot be asked.
 */
export async function examineRelease(plan: ReleasePlan, decisions: Decisions, deps: Deps): Promise<Examined> {
  const { db, kubernetes, signal } = deps;
  const { app, environment, spec, number } = plan;
  const { namespace, cluster } = environment;
  const [podRelease, ledger, known, gap, certificates, quotas, limitRanges] = await Promise.all([
    podReleaseOf(db, { number, spec, app, environment }),
    ledgerIn(db, { app, cluster }, namespace),
    kubernetes.get({ ...KINDS.namespace, name: namespace }, { signal }),
    clusterGap(spec, namespace, kubernetes, signal),
    certificatesOf(plan, deps),
    readable(kubernetes, KINDS.resourceQuota, namespace, signal),
    readable(kubernetes, KINDS.limitRange, namespace, signal),
  ]);
  const owned = ledger.filter(({ present }) => present);
  const manifests = await renderRelease(db, { app, environment, spec, releaseNumber: number, podRelease });
  // Nothing can exist yet where the namespace does not, and a dry run there could only say so.
  const [tried, removed] = known
    ? await Promise.all([
        Promise.all(manifests.map((manifest) => tryObject({ kubernetes, signal }, manifest, owned))),
        removals(deps, manifests, owned),
      ])
    : [manifests.map(fresh), []];
  const mesh = known && gap === null && spec.meshMode === "mesh" ? await meshOf(deps, plan, manifests, known) : null;
  const conflicts = conflictsOf({ ...plan, applied: plan.basis?.spec ?? spec }, decisions, tried);
  const facts: GateFacts = {
    refusals: tried.flatMap(({ refusal }) => refusal ?? []),
    clusterGap: gap?.toPublic() ?? null,
    hold: plan.hold,
    trial: plan.trial,
    certificates,
    conflicts,
    changedAgain: changedAgain(decisions, tried),
    ...withMesh(plan, workloadOf(tried), mesh),
    mesh,
    quotas: quotas.flatMap(readQuota),
    limitRanges: limitRanges.flatMap(readLimitRange),
  };
  const objects = [...tried.map(changeOf), ...removed];
  const running = facts.before?.replicas ?? null;
  return { objects, conflicts, gates: gatesOf(facts), running, mesh: mesh && preflightOf(plan, mesh) };
}

/** A way back is never blocked: with or without a certificate, it is better than what it leaves. */
async function certificatesOf(
  { basis, spec, environment, restoresId }: ReleasePlan,
  { kubernetes, now, signal }: Deps,
): Promise<GateFacts["certificates"]> {
  const { exposure } = spec;
  if (!exposure?.tls) return [];
  const before = basis?.spec.exposure ?? null;
  const had = before && carrierOf(before) === carrierOf(exposure) ? (before.tls ?? []) : [];
  const place = { gatewayClass: carrierOf(exposure), namespace: environment.namespace };
  const problems = await checkCertificates(exposure.tls, place, { kubernetes, now, signal });
  return problems.map((problem) => {
    const isNew = !had.some(({ secretName }) => problem.secret.endsWith(`/${secretName}`));
    return { ...problem, isNew: isNew && restoresId === null };
  });
}

/** Whether a pod of it would get a proxy, as the cluster's own dry run says. */
async function meshOf(
  deps: Deps,
  { basis, environment: { namespace } }: ReleasePlan,
  manifests: readonly Manifest[],
  { metadata }: KubernetesObject,
): Promise<MeshFacts> {
  const injection = await tryInjection(deps, manifests);
  const isAmbient = metadata.labels?.["istio.io/dataplane-mode"] === "ambient";
  return { injection, namespace, isAmbient, joins: basis?.spec.meshMode !== "mesh" };
}

type Needs = Pick<GateFacts, "before" | "after">;
function withMesh({ basis, spec }: ReleasePlan, { before, after }: Needs, mesh: MeshFacts | null): Needs {
  const { injection = { is: "untried" } } = mesh ?? {};
  const counted = (needs: Needs["before"], of: AppSpec | undefined) =>
    of?.meshMode === "mesh" ? withProxies(needs, of.sidecar, injection) : needs;
  return { before: counted(before, basis?.spec), after: counted(after, spec) };
}

/** Told where it is news; where there would be no proxy, a gate says so. */
function preflightOf({ basis, spec }: ReleasePlan, { injection, joins }: MeshFacts): MeshPreflight | null {
  const isNews = joins || !same(basis?.spec.sidecar ?? null, spec.sidecar ?? null);
  if (!isNews || injection.is === "missing" || injection.is === "refused") return null;
  return { proxy: injection.is === "injected" ? injection.proxy : null };
}

const fresh = (manifest: Manifest): Tried => ({
  manifest,
  live: null,
  next: manifest,
  contests: [],
  warnings: [],
  refusal: null,
});

/** What limits the namespace, where Kepler's account may read it. */
async function readable(kubernetes: Kubernetes, kind: KindRef, namespace: string, signal: AbortSignal) {
  try {
    return (await kubernetes.list(kind, namespace, { signal })).items;
  } catch (error) {
    if (error instanceof Denied) return [];
    throw error;
  }
}

const describe = ({ apiVersion, kind, metadata }: Pick<KubernetesObject, "apiVersion" | "kind" | "metadata">) => ({
  apiVersion,
  kind,
  name: metadata.name,
  namespace: metadata.namespace ?? null,
});

export function changeOf({ manifest, live, next, warnings }: Tried): ObjectChange {
  const [before, after] = [live && objectYaml(live), next && objectYaml(next)];
  const stays = live !== null && next !== null && objectYaml(withoutNumber(live)) === objectYaml(withoutNumber(next));
  const action = before === null ? "create" : stays ? "unchanged" : "update";
  return { ...describe(manifest), action, before, after, warnings: [...new Set(warnings)] };
}

/** Which release applied an object last is no part of what is wanted: else no release would ever leave all as it is. */
function withoutNumber(object: KubernetesObject): KubernetesObject {
  const { [RELEASE_LABEL]: _, ...labels } = object.metadata.labels ?? {};
  return { ...object, metadata: { ...object.metadata, labels } };
}

async function removals(
  { kubernetes, signal }: Deps,
  manifests: readonly Manifest[],
  owned: readonly LedgerKey[],
): Promise<ObjectChange[]> {
  const wanted = new Set(manifests.map(ledgerKeyOf).map(({ kind, key }) => `${kind} ${key}`));
  const surplus = owned.filter(({ kind, key }) => !wanted.has(`${kind} ${key}`));
  const live = await Promise.all(surplus.map((entry) => kubernetes.get(refOf(entry), { signal })));
  return live.flatMap((object): ObjectChange[] =>
    object
      ? [
          {
            ...describe(object),
            action: "delete",
            before: objectYaml(object),
            after: null,
            warnings: [],
          },
        ]
      : [],
  );
}

/** What was to be kept must still stand as it was seen, or the release would say something that is not so. */
function changedAgain({ keep = [] }: Decisions, tried: readonly Tried[]): GateFacts["changedAgain"] {
  return keep.filter(({ kind, name, field, value }) => {
    const object = tried.find((each) => same(refTo(each), { kind, name }));
    return !same(valueAt(object?.live, field) ?? null, value);
  });
}

function workloadOf(tried: readonly Tried[]): Pick<GateFacts, "before" | "after"> {
  for (const { live, next } of tried) {
    const after = podNeeds(next);
    if (after) return { before: podNeeds(live), after };
  }
  return { before: null, after: null };
}
