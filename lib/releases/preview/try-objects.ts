import "server-only";
import { type Kubernetes, type KubernetesObject, Raced } from "#lib/clients/kubernetes/client";
import { knownKind } from "#lib/clients/kubernetes/kinds";
import { isTransient, KeplerError, type PublicError, toPublicError } from "#lib/platform/errors";
import { type Contest, contestsOf } from "../drift/contest-rules.ts";
import { explainForeign, isContest } from "../drift/contests.ts";
import { type LedgerKey } from "../ledger.ts";
import { type Manifest } from "../manifests.ts";
import { maskRefusal } from "../mask-secrets.ts";
import { isRecord, ownersOf, valueAt } from "../ownership-rules.ts";
import { ledgerKeyOf } from "../steps/apply.ts";

type Cluster = { kubernetes: Kubernetes; signal: AbortSignal };

/** One object tried out: as it stands, as it would be, and what stands in the way. */
export type Tried = {
  manifest: Manifest;
  live: KubernetesObject | null;
  /** Null when the API server refuses it. */
  next: KubernetesObject | null;
  /** Fields that others changed; empty for an object that is not Kepler's, which is refused instead. */
  contests: Contest[];
  warnings: string[];
  refusal: PublicError | null;
};

/**
 * Tries an object out with the API server's own dry run, which changes nothing
 * (https://kubernetes.io/docs/reference/using-api/api-concepts/#dry-run). What others changed in an object of Kepler's is
 * reported, and `next` is what forcing would make of it. Throws only when the cluster cannot be asked.
 */
export async function tryObject(
  { kubernetes, signal }: Cluster,
  manifest: Manifest,
  owned: readonly LedgerKey[],
): Promise<Tried> {
  const warnings: string[] = [];
  const kind = knownKind(manifest.apiVersion, manifest.kind);
  const { name, namespace } = manifest.metadata;
  const attempt = (force: boolean) =>
    kubernetes.apply(manifest, { dryRun: true, force, signal, onWarning: (text) => warnings.push(text) });
  const [live, first] = await Promise.all([
    kind ? kubernetes.get({ ...kind, name, namespace }, { signal }) : null,
    attempt(false).then(
      (next) => ({ next, error: null }),
      (error: unknown) => ({ next: null, error }),
    ),
  ]);
  const found = { manifest, live, warnings, contests: [], refusal: null };
  if (first.error === null) return { ...found, next: first.next && handedOver(manifest, live, first.next) };
  if (isContest(first.error) && isOwned(manifest, owned)) {
    const contests = contestsOf(first.error.fields ?? [], ownersOf(live), owned);
    try {
      return { ...found, contests, next: await attempt(true) };
    } catch (error) {
      return { ...found, contests, next: null, refusal: refusalOf(manifest, error) };
    }
  }
  const refusal = isContest(first.error) ? explainForeign(first.error, manifest) : first.error;
  return { ...found, next: null, refusal: refusalOf(manifest, refusal) };
}

const REPLICAS = ".spec.replicas";

/** The number of pods that a manifest leaves to an autoscaler stays as it is: it is handed over before the real apply. */
function handedOver(manifest: Manifest, live: KubernetesObject | null, next: KubernetesObject): KubernetesObject {
  const replicas = valueAt(live, REPLICAS);
  const isKept = typeof replicas === "number" && replicas > 0 && valueAt(manifest, REPLICAS) === undefined;
  return isKept && isRecord(next.spec) ? { ...next, spec: { ...next.spec, replicas } } : next;
}

export function isOwned(manifest: Manifest, owned: readonly LedgerKey[]): boolean {
  const { kind, key } = ledgerKeyOf(manifest);
  return owned.some((known) => known.kind === kind && known.key === key);
}

/** What the cluster refuses is the answer that people came for; what it does not answer is not. */
function refusalOf(manifest: Manifest, error: unknown): PublicError {
  if (!(error instanceof KeplerError) || isTransient(error) || error instanceof Raced) throw error;
  return maskRefusal(manifest, toPublicError(error));
}
