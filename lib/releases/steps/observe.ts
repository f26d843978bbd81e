import "server-only";
import { type KubernetesObject, type ObjectRef } from "#lib/clients/kubernetes/client";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { labelSelectorOf } from "#lib/clusters/label-rules";
import { seePod } from "#lib/clusters/pod-rules";
import { recordObserved, seeRow } from "#lib/clusters/record-observed";
import { seeWorkload } from "#lib/clusters/workload-rules";
import { type Db } from "#lib/platform/db";
import { isUntouched, selector } from "../manifests/object.ts";
import { type Observed } from "../rollout-rules.ts";
import { type StepContext } from "./step-context.ts";
import { workloadRefOf } from "./workload-ref.ts";

/** The app's workload and its pods, as they stand in the cluster itself. */
export async function observe(context: StepContext): Promise<Observed> {
  const { deps, release } = context;
  const { pods, ...seen } = await observeAt(context, workloadRefOf(release), selector(release));
  if (isUntouched(release)) await rememberPods(deps.db, release.cluster.id, pods, deps.now());
  return { ...seen, pods: podsIn(pods) };
}

/** A Deployment of the app beside that one, and what it keeps. */
export async function observeBeside(
  context: StepContext,
  name: string,
  labels: Record<string, string>,
): Promise<Observed> {
  const { namespace } = context.release.environment;
  const { pods, ...seen } = await observeAt(context, { ...KINDS.deployment, namespace, name }, labels);
  return { ...seen, pods: podsIn(pods) };
}

async function observeAt(
  { kubernetes, release, signal }: StepContext,
  ref: ObjectRef,
  labels: Record<string, string>,
): Promise<{ workload: Observed["workload"]; pods: KubernetesObject[] }> {
  const labelSelector = labelSelectorOf(labels);
  const [workload, pods] = await Promise.all([
    kubernetes.get(ref, { signal }),
    kubernetes.list(KINDS.pod, release.environment.namespace, { labelSelector, signal }),
  ]);
  return { workload: workload && seeWorkload(workload), pods: pods.items };
}

const podsIn = (objects: readonly KubernetesObject[]) => objects.map(seePod).filter((pod) => pod !== null);

/** The watch had no reason to keep them before they were the app's, and an import gives them no label to notice. */
async function rememberPods(db: Db, clusterId: string, pods: readonly KubernetesObject[], now: Date): Promise<void> {
  const seen = pods.map(seeRow.pods).filter((pod) => pod !== null);
  await recordObserved(db, "pods", clusterId, new Map(seen.map(({ key, row }) => [key, row])), { now });
}
