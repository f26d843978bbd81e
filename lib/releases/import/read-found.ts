import "server-only";
import { randomUUID } from "node:crypto";
import { nameTaken } from "#lib/apps/name-taken";
import { type AppSpec } from "#lib/apps/spec-schema";
import { type KindRef, type Kubernetes, type KubernetesObject } from "#lib/clients/kubernetes/client";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { appIdOf, labelSelectorOf } from "#lib/clusters/label-rules";
import { seePod } from "#lib/clusters/pod-rules";
import { type Db } from "#lib/platform/db";
import { NotFound } from "#lib/platform/errors";
import { isRecord, same, valueAt } from "../ownership-rules.ts";
import { findEnvironment, type ReleasePlan } from "../plan/plan-release.ts";
import { type FoundDeployment, foundDeployment, type Surroundings } from "./found-schema.ts";
import { readDeployment } from "./read-rules.ts";
import { refusalOf, unreadable } from "./refusal-rules.ts";

export type ImportDeps = { db: Db; kubernetes(cluster: { context: string }): Kubernetes; now(): Date };
type Asked = { kubernetes: Kubernetes; namespace: string; signal: AbortSignal };

/** All of a kind in a namespace, page by page. */
export async function listAll({ kubernetes, namespace, signal }: Asked, kind: KindRef, labelSelector?: string) {
  const items: KubernetesObject[] = [];
  for (let from: string | undefined; ; ) {
    const page = await kubernetes.list(kind, namespace, { signal, limit: 500, continue: from, labelSelector });
    items.push(...page.items);
    if (page.continue === null) return items;
    from = page.continue;
  }
}

/** Is it no service's? What carries the label of one that is there is not offered. */
export const isFree = (object: KubernetesObject): boolean => appIdOf(object.metadata.labels) === null;

/** Names of the autoscalers that point at a workload. */
export const autoscalersOf = (autoscalers: readonly KubernetesObject[], kind: string, name: string): string[] =>
  autoscalers
    .filter((each) => valueAt(each, ".spec.scaleTargetRef.kind") === kind)
    .filter((each) => valueAt(each, ".spec.scaleTargetRef.name") === name)
    .map(({ metadata }) => metadata.name);

export type Read = { found: FoundDeployment; object: KubernetesObject; spec: AppSpec; plan: ReleasePlan };

/**
 * Reads a Deployment and what stands around it, as the Spec of a service that does not exist yet. Throws NotFound for one
 * that is not there or is a service's, and what speaks against its import.
 */
export async function readFound(
  { db, kubernetes: connect }: ImportDeps,
  { name, teamId, environmentId }: { name: string; teamId: string; environmentId: string },
  signal: AbortSignal,
): Promise<Read & { kubernetes: Kubernetes }> {
  const environment = await findEnvironment(db, environmentId);
  const { namespace } = environment;
  const kubernetes = connect(environment.cluster);
  const asked = { kubernetes, namespace, signal };
  const [object, autoscalers, taken] = await Promise.all([
    kubernetes.get({ ...KINDS.deployment, namespace, name }, { signal }),
    listAll(asked, KINDS.horizontalPodAutoscaler),
    nameTaken(db, name),
  ]);
  const parsed = foundDeployment.safeParse(object);
  if (!object || !parsed.success || !isFree(object)) {
    throw new NotFound(`There is no Deployment ${name} to import in ${environment.name}.`);
  }
  const found = parsed.data;
  const refusal = refusalOf({
    found,
    object,
    autoscalers: autoscalersOf(autoscalers, "Deployment", name),
    taken: taken !== null,
  });
  if (refusal) throw refusal;
  const around = await lookAround(asked, found);
  const spec = readDeployment(found, around);
  if (!spec) throw unreadable(found, around);
  const plan: ReleasePlan = {
    app: { id: randomUUID(), name, teamId },
    environment,
    number: 1,
    basis: null,
    trial: null,
    spec,
    unkept: spec,
    buildId: null,
    restoresId: null,
    hold: null,
  };
  return { found, object, spec, plan, kubernetes };
}

async function lookAround(asked: Asked, { metadata, spec }: FoundDeployment): Promise<Surroundings> {
  const { kubernetes, namespace, signal } = asked;
  const labelSelector = labelSelectorOf(spec.selector.matchLabels ?? {});
  const [pods, service, budgets, around] = await Promise.all([
    listAll(asked, KINDS.pod, labelSelector),
    kubernetes.get({ ...KINDS.service, namespace, name: metadata.name }, { signal }),
    listAll(asked, KINDS.podDisruptionBudget),
    kubernetes.get({ ...KINDS.namespace, name: namespace }, { signal }),
  ]);
  const digests = new Set(pods.map((pod) => seePod(pod)?.imageDigest ?? null));
  const [digest = null] = digests;
  const hasBudget = budgets.some(
    (budget) =>
      budget.metadata.name === metadata.name ||
      covers(valueAt(budget, ".spec.selector"), spec.template.metadata.labels ?? {}),
  );
  return {
    digest: digests.size === 1 ? digest : null,
    meshedNamespace: around?.metadata.labels?.["istio-injection"] === "enabled",
    leaves: [...(service ? ["Service" as const] : []), ...(hasBudget ? ["PodDisruptionBudget" as const] : [])],
  };
}

/** Two budgets for one pod block each other (https://kubernetes.io/docs/tasks/run-application/configure-pdb/): any doubt counts. */
function covers(selector: unknown, labels: Record<string, string>): boolean {
  const wanted = isRecord(selector) && isRecord(selector.matchLabels) ? selector.matchLabels : {};
  return Object.entries(wanted).every(([label, value]) => same(labels[label], value));
}
