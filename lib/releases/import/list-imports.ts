import "server-only";
import { takenNames } from "#lib/apps/name-taken";
import { type KubernetesObject } from "#lib/clients/kubernetes/client";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { connectCluster } from "#lib/clusters/connect-cluster";
import { seeWorkload } from "#lib/clusters/workload-rules";
import { db as ownDb } from "#lib/platform/db";
import { Conflict, type PublicError } from "#lib/platform/errors";
import { findEnvironment } from "../plan/plan-release.ts";
import { foundDeployment } from "./found-schema.ts";
import { autoscalersOf, type ImportDeps, isFree, listAll } from "./read-found.ts";
import { refusalOf } from "./refusal-rules.ts";
import { type FoundWorkload, type ListImportsResult } from "./schema.ts";

export const ownImportDeps = (): ImportDeps => ({ db: ownDb(), kubernetes: connectCluster, now: () => new Date() });

/**
 * What runs in an environment and is no service's, by name, each with what speaks against its import as far as it can be seen
 * without its pods. Throws NotFound for an unknown environment, Unavailable when the cluster cannot be asked.
 */
export async function listImports(
  environmentId: string,
  { signal }: { signal: AbortSignal },
  deps: ImportDeps = ownImportDeps(),
): Promise<ListImportsResult> {
  const environment = await findEnvironment(deps.db, environmentId);
  const { namespace, cluster } = environment;
  const asked = { kubernetes: deps.kubernetes(cluster), namespace, signal };
  const [deployments, sets, autoscalers] = await Promise.all([
    listAll(asked, KINDS.deployment),
    listAll(asked, KINDS.statefulSet),
    listAll(asked, KINDS.horizontalPodAutoscaler),
  ]);
  const free = [...deployments, ...sets].filter(isFree);
  const taken = await takenNames(
    deps.db,
    free.map(({ metadata }) => metadata.name),
  );
  const rows = free.flatMap((object) => {
    const { name } = object.metadata;
    const facts = { autoscalers: autoscalersOf(autoscalers, object.kind, name), taken: taken.has(name) };
    return rowOf(object, facts);
  });
  return { rows: rows.sort((a, b) => (a.name < b.name ? -1 : 1)), namespace, cluster: cluster.name };
}

function rowOf(object: KubernetesObject, facts: { autoscalers: string[]; taken: boolean }): FoundWorkload[] {
  const seen = seeWorkload(object);
  if (!seen) return [];
  const { creationTimestamp } = object.metadata;
  return [
    {
      name: seen.name,
      kind: seen.kind,
      image: seen.image ?? "",
      ready: seen.ready,
      wanted: seen.desired,
      createdAt: creationTimestamp === undefined ? null : new Date(creationTimestamp).toISOString(),
      refusal: seen.kind === "StatefulSet" ? setRefusal(seen.name) : deploymentRefusal(object, facts),
    },
  ];
}

function deploymentRefusal(object: unknown, facts: { autoscalers: string[]; taken: boolean }): PublicError | null {
  const { data } = foundDeployment.safeParse(object);
  return (data && refusalOf({ found: data, object, ...facts })?.toPublic()) ?? null;
}

const setRefusal = (name: string): PublicError =>
  new Conflict(`${name} is a StatefulSet: the Service that names its pods is settled, and Kepler's has another name.`, {
    next: "Only Deployments can be imported.",
  }).toPublic();
