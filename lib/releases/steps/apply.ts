import "server-only";
import { type KindRef } from "#lib/clients/kubernetes/client";
import { knownKind } from "#lib/clients/kubernetes/kinds";
import { Conflict, Invalid } from "#lib/platform/errors";
import { contestsOf, isTaken } from "../drift/contest-rules.ts";
import { explainChanged, explainForeign, isContest } from "../drift/contests.ts";
import { type LedgerKey, ledgerAbsent, ledgerIn, ledgerPlanned, ledgerPresent } from "../ledger.ts";
import { isCanaryObject } from "../manifests/canary.ts";
import { type CanaryShare } from "../manifests/object.ts";
import { isShutting, type Manifest, removedAfterRollout, removedLast } from "../manifests.ts";
import { maskedError } from "../mask-secrets.ts";
import { ownersOf } from "../ownership-rules.ts";
import { isTerminal } from "../release-rules.ts";
import { renderRelease } from "../render-release.ts";
import { type Verdict } from "../rollout-rules.ts";
import { handOverReplicas, settleReplicas } from "./hand-over.ts";
import { effect, type StepContext } from "./step-context.ts";
import { widenReach } from "./widen-reach.ts";
import { workloadRefOf } from "./workload-ref.ts";

/** Makes the cluster want what the Spec says: what would act against it is removed, then each object is applied on the server's side. */
export async function apply(context: StepContext): Promise<Verdict> {
  const facts = await applyObjects(context, await manifestsOf(context, context.release));
  return { is: "done", facts };
}

/** What a release in work wants of the cluster. */
export const manifestsOf = (
  { deps }: Pick<StepContext, "deps">,
  { number, canary, ...release }: StepContext["release"],
): Promise<Manifest[]> => renderRelease(deps.db, { ...release, releaseNumber: number, canary: shareOf(canary) });

/** What a canary keeps until the pods that take its place are there. */
const shareOf = (canary: StepContext["release"]["canary"]): CanaryShare | null =>
  canary?.standing?.replicas ? canary.standing : null;

/**
 * Removes what acts on pods and is no longer wanted, then applies in order. Every part can be repeated: a crash anywhere in
 * between leaves nothing unknown. Routes, and what pods of the previous release are made with, stay until `removeLeftovers`.
 */
export async function applyObjects(
  context: StepContext,
  manifests: readonly Manifest[],
): Promise<{ applied: number; removed: number }> {
  const { deps, release } = context;
  const surplus = await deleteSurplus(context, "before", manifests);
  await handOverReplicas(context);
  const later = await shutLater(context, manifests);
  const now = manifests.filter((manifest) => !later.includes(manifest));
  await applyEach(context, await widenReach(context, now));
  // Not earlier: that an autoscaler of Kepler's wrote the number of pods has to be known until that is Kepler's own again.
  for (const entry of surplus) await ledgerAbsent(deps.db, release, entry, deps.now());
  return { applied: manifests.length - later.length, removed: surplus.length };
}

/**
 * What would shut callers or calls out while routes and pods still follow the release. Where such an object stands already, another
 * one beside it only lets more in; and where no pod runs yet, nobody calls.
 */
async function shutLater({ deps, release }: StepContext, manifests: readonly Manifest[]): Promise<Manifest[]> {
  const known = await ledgerIn(deps.db, release, release.environment.namespace);
  const kinds = new Set(known.filter(({ present }) => present).map((entry) => refOf(entry).kind));
  if (!kinds.has(workloadRefOf(release).kind)) return [];
  return manifests.filter(({ kind }) => isShutting(kind) && !kinds.has(kind));
}

/** After the rollout and the old routes: what was left for later. */
export const shutLast = (context: StepContext, manifests: readonly Manifest[]): Promise<void> =>
  applyEach(
    context,
    manifests.filter(({ kind }) => isShutting(kind)),
  );

/** Applies these objects in their order and touches nothing else; what is written down before is never forgotten. */
export async function applyEach(context: StepContext, manifests: readonly Manifest[]): Promise<void> {
  const { deps, release } = context;
  const before = await ledgerIn(deps.db, release, release.environment.namespace);
  const wanted = manifests.map((manifest) => ({ manifest, entry: ledgerKeyOf(manifest) }));
  await ledgerPlanned(
    deps.db,
    release,
    wanted.map(({ entry }) => entry),
  );
  await deps.checkpoint?.("release.ledger.after-commit");
  const { kind, name } = workloadRefOf(release);
  for (const { manifest, entry } of wanted) {
    await stillWanted(context);
    const applied = await effect(deps, `release.apply.${manifest.kind}`, () => applyObject(context, manifest, before));
    if (manifest.kind === kind && manifest.metadata.name === name) await settleReplicas(context, applied);
    await ledgerPresent(deps.db, release, entry, deps.now());
  }
}

/** After the rollout: routes that have moved, and what only pods of earlier releases were made with. */
export async function removeLeftovers(
  context: StepContext,
  manifests: readonly Manifest[],
  turn: "after" | "last" = "after",
): Promise<void> {
  const { deps, release } = context;
  for (const entry of await deleteSurplus(context, turn, manifests)) {
    await ledgerAbsent(deps.db, release, entry, deps.now());
  }
}

type Turn = "before" | "after" | "last";

/**
 * What a canary was made of goes last of all: until the gateways have heard that it has no share any more. What shuts callers
 * out opens before anything else is done; what another such object replaces stays as long as pods and routes are the old ones.
 */
function turnOf(app: { name: string }, entry: LedgerKey, wanted: readonly LedgerKey[]): Turn {
  if (isCanaryObject(app, entry)) return "last";
  const { kind } = refOf(entry);
  if (isShutting(kind)) return wanted.some((each) => each.kind === entry.kind) ? "after" : "before";
  return removedAfterRollout(kind) ? "after" : "before";
}

/** Deletes what the ledger knows and no manifest wants, of the kinds whose turn it is. Answers what that was. */
async function deleteSurplus(context: StepContext, turn: Turn, manifests: readonly Manifest[]): Promise<LedgerKey[]> {
  const { deps, release, kubernetes, signal } = context;
  const wanted = manifests.map(ledgerKeyOf);
  const known = await ledgerIn(deps.db, release, release.environment.namespace);
  // What was made last goes first: a route before the Service that it leads to.
  const surplus = known
    .toReversed()
    .filter((entry) => !wanted.some((each) => isSame(each, entry)))
    .filter((entry) => turnOf(release.app, entry, wanted) === turn)
    .sort((a, b) => Number(removedLast(refOf(a).kind)) - Number(removedLast(refOf(b).kind)));
  for (const entry of surplus) {
    await stillWanted(context);
    await effect(deps, `release.remove.${turn}`, () =>
      kubernetes.delete(refOf(entry), { signal, propagation: "Background" }),
    );
  }
  return surplus;
}

/**
 * Writes one object without taking a field from anybody, unless the release says so, and then only as it stood when that
 * was decided: a change by hand that nobody has looked at stops the release. Somebody else's object never gives way.
 */
async function applyObject({ release, kubernetes, signal }: StepContext, manifest: Manifest, before: Present[]) {
  try {
    return await kubernetes.apply(manifest, { signal });
  } catch (error) {
    if (!isContest(error)) throw maskedError(manifest, error);
    const { kind, key } = ledgerKeyOf(manifest);
    const owned = before.filter(({ present }) => present);
    if (!owned.some((known) => isSame(known, { kind, key }))) throw explainForeign(error, manifest);
    const { name } = manifest.metadata;
    const live = await kubernetes.get(refOf({ kind, key }), { signal });
    const contests = contestsOf(error.fields ?? [], ownersOf(live), owned);
    const open = contests.filter((contest) => !isTaken({ kind, name }, contest, release.takeOver));
    if (open.length > 0) throw explainChanged(error, manifest, open);
    // Only to the object as it was just judged: whoever writes in between is judged again.
    const metadata = { ...manifest.metadata, resourceVersion: live?.metadata.resourceVersion };
    return kubernetes.apply({ ...manifest, metadata }, { force: true, signal });
  }
}

export const ledgerKeyOf = ({ apiVersion, kind, metadata }: Manifest): LedgerKey => ({
  kind: `${apiVersion}/${kind}`,
  key: `${metadata.namespace}/${metadata.name}`,
});
type Present = LedgerKey & { present: boolean };
export const isSame = (a: LedgerKey, b: LedgerKey): boolean => a.kind === b.kind && a.key === b.key;

/** A ledger entry as an object of the cluster. */
export function refOf({ kind, key }: LedgerKey): KindRef & { namespace: string; name: string } {
  const slash = kind.lastIndexOf("/");
  const known = knownKind(kind.slice(0, slash), kind.slice(slash + 1));
  const [namespace, name] = key.split("/");
  if (!known || !namespace || !name)
    throw new Invalid(`The ledger names an object of an unknown kind: ${kind} ${key}.`);
  return { ...known, namespace, name };
}

/** A newer release may have taken over while this run was under way: then it touches nothing more. */
async function stillWanted({ deps, release, signal }: StepContext): Promise<void> {
  signal.throwIfAborted();
  const row = await deps.db.release.findUnique({ where: { id: release.id }, select: { state: true, version: true } });
  const aborted = row?.state === "aborting" && release.state !== "aborting";
  if (!row || isTerminal(row.state) || aborted) throw new Overtaken();
}

/** Not a failure: the row has moved on, and the next run reads it afresh. */
export class Overtaken extends Conflict {
  constructor() {
    super("Another release has taken over.");
  }
}
