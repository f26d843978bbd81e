import "server-only";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { diagnose } from "#lib/diagnosis/diagnosis-rules";
import { doneBefore } from "#lib/diagnosis/done-before";
import { placeOf } from "#lib/diagnosis/place-rules";
import { readCluster } from "#lib/diagnosis/read-cluster";
import { decideRollout, decideVerify, explained, isPodOf, type Verdict } from "../rollout-rules.ts";
import { applyEach, applyObjects, manifestsOf, removeLeftovers, shutLast } from "./apply.ts";
import { isRoute, removeCanary } from "./canary-objects.ts";
import { withEvidence } from "./evidence.ts";
import { observe } from "./observe.ts";
import { type StepContext } from "./step-context.ts";
import { awaitTakeOver } from "./take-over.ts";

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
  const settled = await manifestsOf(context, { ...context.release, canary: null });
  // The pods that take the canary's place are all there: now they get its share.
  if (context.release.canary) await applyEach(context, settled.filter(isRoute));
  await removeLeftovers(context, settled);
  await shutLast(context, settled);
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
  const [{ scene }, before] = await Promise.all([
    readCluster(place, { db: deps.db, kubernetes, now: deps.now, signal }),
    doneBefore(deps.db, release),
  ]);
  const mine = scene.pods.filter((pod) => isPodOf(pod, release.podRelease));
  return explained(verdict, diagnose({ ...scene, pods: mine, before: before?.number ?? null, waited: true }));
}

/** The last proof: which image do the pods say that they run? */
export async function verify(context: StepContext): Promise<Verdict> {
  const verdict = decideVerify(context.release, await observe(context), context.startedAt, context.deps.now());
  if (verdict.is === "failed") return withEvidence(context, verdict);
  return verdict.is === "done" ? removeCanary(context, verdict) : verdict;
}
