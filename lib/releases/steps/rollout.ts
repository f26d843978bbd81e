import "server-only";
import { maskSecrets } from "#lib/builds/log-rules";
import { type KubernetesObject } from "#lib/clients/kubernetes/client";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { labelSelectorOf } from "#lib/clusters/label-rules";
import { seePod } from "#lib/clusters/pod-rules";
import { recordObserved, seeRow } from "#lib/clusters/record-observed";
import { seeWorkload } from "#lib/clusters/workload-rules";
import { knownSecrets } from "#lib/config/known-secrets";
import { diagnose } from "#lib/diagnosis/diagnosis-rules";
import { placeOf } from "#lib/diagnosis/place-rules";
import { readCluster } from "#lib/diagnosis/read-cluster";
import { type Db } from "#lib/platform/db";
import { KeplerError } from "#lib/platform/errors";
import { containerOf, isUntouched, selector } from "../manifests/object.ts";
import { decideRollout, decideVerify, explained, isPodOf, type Observed, type Verdict } from "../rollout-rules.ts";
import { applyObjects, manifestsOf, removeLeftovers } from "./apply.ts";
import { type StepContext } from "./step-context.ts";
import { awaitTakeOver } from "./take-over.ts";
import { workloadRefOf } from "./workload-ref.ts";

/** Follows the rollout in the cluster itself; the watch only makes it look sooner. */
export async function rollout(context: StepContext): Promise<Verdict> {
  const decision = decideRollout(context.release, await observe(context), context.startedAt, context.deps.now());
  switch (decision.is) {
    case "reapply":
      await applyObjects(context, await manifestsOf(context, context.release));
      return { is: "wait", facts: decision.facts };
    case "clear":
      await deletePods(context, decision.pods);
      return { is: "wait", facts: decision.facts };
    case "done":
      return (await awaitTakeOver(context)) ?? (await finish(context, decision));
    case "failed":
      return withEvidence(context, await explainedBy(context, decision));
    case "wait":
      return decision;
  }
}

async function finish(context: StepContext, decision: Verdict): Promise<Verdict> {
  await removeLeftovers(context, await manifestsOf(context, context.release));
  return decision;
}

/** Their StatefulSet makes them again, from the new template. */
async function deletePods({ kubernetes, release, signal }: StepContext, names: readonly string[]): Promise<void> {
  const { namespace } = release.environment;
  for (const name of names) await kubernetes.delete({ ...KINDS.pod, namespace, name }, { signal });
}

/** Why, as far as the cluster tells around the new pods. That it cannot be looked at changes nothing about the failure. */
async function explainedBy({ deps, release, kubernetes, signal }: StepContext, verdict: Verdict & { is: "failed" }) {
  const { app, environment, cluster, spec } = release;
  const place = placeOf({ app, spec, namespace: environment.namespace, clusterId: cluster.id });
  const { scene } = await readCluster(place, { db: deps.db, kubernetes, now: deps.now, signal });
  const mine = scene.pods.filter((pod) => isPodOf(pod, release.podRelease));
  return explained(verdict, diagnose({ ...scene, pods: mine }));
}

/** The last proof: which image do the pods say that they run? */
export async function verify(context: StepContext): Promise<Verdict> {
  const verdict = decideVerify(context.release, await observe(context), context.startedAt, context.deps.now());
  return verdict.is === "failed" ? withEvidence(context, verdict) : verdict;
}

async function observe({ deps, kubernetes, release, signal }: StepContext): Promise<Observed> {
  const { namespace } = release.environment;
  const [workload, pods] = await Promise.all([
    kubernetes.get(workloadRefOf(release), { signal }),
    kubernetes.list(KINDS.pod, namespace, { labelSelector: labelSelectorOf(selector(release)), signal }),
  ]);
  if (isUntouched(release)) await rememberPods(deps.db, release.cluster.id, pods.items, deps.now());
  return {
    workload: workload && seeWorkload(workload),
    pods: pods.items.map(seePod).filter((pod) => pod !== null),
  };
}

/** The watch had no reason to keep them before they were the app's, and an import gives them no label to notice. */
async function rememberPods(db: Db, clusterId: string, pods: readonly KubernetesObject[], now: Date): Promise<void> {
  const seen = pods.map(seeRow.pods).filter((pod) => pod !== null);
  await recordObserved(db, "pods", clusterId, new Map(seen.map(({ key, row }) => [key, row])), { now });
}

const EVIDENCE_LINES = 20;
const EVIDENCE_BYTES = 8_000;

/** The last lines that the failing pod wrote, without its secrets, kept with the step: the pod itself may soon be gone. */
async function withEvidence(context: StepContext, verdict: Verdict & { is: "failed" }): Promise<Verdict> {
  if (!verdict.evidence) return verdict;
  const { previous, ...place } = verdict.evidence;
  // The node clears ended containers away by itself: then the newest start, which fails the same way, has to speak.
  const lines =
    (previous ? await lastLines(context, place, true) : null) ?? (await lastLines(context, place, false)) ?? [];
  const { app, environment } = context.release;
  const secrets = await knownSecrets(context.deps.db, app.id, environment.id);
  const log = maskSecrets(lines.join("\n"), secrets).slice(-EVIDENCE_BYTES);
  return { ...verdict, facts: { ...verdict.facts, pod: place.pod, ...(log ? { log } : {}) } };
}

/** Null where there is no such log: that is missing evidence, not another failure. */
async function lastLines(
  { kubernetes, release, signal }: StepContext,
  { pod, container = containerOf(release) }: { pod: string; container?: string },
  previous: boolean,
) {
  const options = { container, previous, tailLines: EVIDENCE_LINES, signal };
  const lines: string[] = [];
  try {
    for await (const line of kubernetes.readLog(release.environment.namespace, pod, options)) lines.push(line);
  } catch (error) {
    if (!(error instanceof KeplerError)) throw error;
  }
  return lines.length > 0 ? lines : null;
}
