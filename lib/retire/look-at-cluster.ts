import "server-only";
import { z } from "zod";
import { KEEPABLE_KINDS } from "#lib/apps/retiring-rules";
import { type KindRef, type Kubernetes, type KubernetesObject } from "#lib/clients/kubernetes/client";
import { KINDS, knownKind } from "#lib/clients/kubernetes/kinds";
import { APP_LABEL, appIdOf, isManaged } from "#lib/clusters/label-rules";
import { NotFound } from "#lib/platform/errors";
import { refOf } from "#lib/releases/steps/apply";
import { type ClusterStage, type ObjectKey, type SeenObject, stageOf } from "./retire-rules.ts";

/** Kinds that may carry a service's label: all that Kepler works with in a namespace, but the reports of others. */
const LOOKED_THROUGH: readonly KindRef[] = Object.values<KindRef>(KINDS).filter(
  (kind) => kind.namespaced && kind !== KINDS.event,
);

export const kindName = ({ apiVersion, kind }: { apiVersion: string; kind: string }): string => `${apiVersion}/${kind}`;

type Look = { kubernetes: Kubernetes; appId: string; signal: AbortSignal };

/**
 * Every object in all of the cluster that speaks of the service: by its label in any namespace, and what stands where the
 * ledger says, labelled or not. `stage` limits the look to the kinds of one step. Throws what the cluster's client throws.
 */
export async function lookAtCluster(
  look: Look,
  ledger: readonly ObjectKey[],
  stage: ClusterStage | null,
): Promise<SeenObject[]> {
  const isWanted = (kind: string) => stage === null || stageOf(kind) === stage;
  const kinds = LOOKED_THROUGH.filter((kind) => isWanted(kindName(kind)));
  const labelled = (await Promise.all(kinds.map((kind) => listLabelled(look, kind)))).flat();
  const named = ledger.filter(({ kind, key }) => isWanted(kind) && key.includes("/"));
  const known = new Set(named.map(idOf));
  const roots = new Map<string, Promise<boolean>>();
  const seen = await Promise.all(labelled.map((object) => judgeLabelled(look, object, known, roots)));
  const found = new Set(seen.map(idOf));
  const unlabelled = await Promise.all(
    named.filter((entry) => !found.has(idOf(entry))).map((entry) => lookByName(look, entry)),
  );
  return [...seen, ...unlabelled.filter((object) => object !== null)];
}

const idOf = ({ kind, key }: ObjectKey): string => `${kind} ${key}`;

async function listLabelled({ kubernetes, appId, signal }: Look, kind: KindRef): Promise<KubernetesObject[]> {
  const labelSelector = `${APP_LABEL}=${appId}`;
  const objects: KubernetesObject[] = [];
  try {
    for (let from: string | undefined; ; ) {
      const page = await kubernetes.list(kind, null, { labelSelector, signal, limit: 500, continue: from });
      objects.push(...page.items);
      if (page.continue === null) return objects;
      from = page.continue;
    }
  } catch (error) {
    // A kind that this cluster does not have (Istio's, where there is none) has no objects there.
    if (error instanceof NotFound) return [];
    throw error;
  }
}

const kept = z.object({
  finalizers: z.array(z.string()).default([]),
  managedFields: z.array(z.object({ manager: z.string().optional() })).default([]),
});

const described = (object: KubernetesObject) => {
  const { namespace, name, deletionTimestamp } = object.metadata;
  return {
    kind: kindName(object),
    key: namespace ? `${namespace}/${name}` : name,
    terminating: deletionTimestamp !== undefined,
    finalizers: kept.parse(object.metadata).finalizers,
  };
};

async function judgeLabelled(
  look: Look,
  object: KubernetesObject,
  known: ReadonlySet<string>,
  roots: Map<string, Promise<boolean>>,
): Promise<SeenObject> {
  const seen = described(object);
  if (controllerOf(object))
    return { ...seen, as: (await hasForeignRoot(look, object, roots)) ? "unmanaged" : "dependent" };
  // A StatefulSet gives its claims the labels of its selector and no others, so for them the service's label has to do.
  const own = isManaged(object.metadata.labels) || known.has(idOf(seen)) || seen.kind === KEEPABLE_KINDS.volumes;
  return { ...seen, as: own ? "own" : "unmanaged" };
}

const controllerOf = ({ metadata }: KubernetesObject) => metadata.ownerReferences?.find(({ controller }) => controller);

/** Whether what controls the object in the end is there and not Kepler's: then nobody will take the object away. */
function hasForeignRoot(look: Look, object: KubernetesObject, roots: Map<string, Promise<boolean>>): Promise<boolean> {
  const owner = controllerOf(object);
  if (!owner)
    return Promise.resolve(appIdOf(object.metadata.labels) !== look.appId || !isManaged(object.metadata.labels));
  const kind = knownKind(owner.apiVersion, owner.kind);
  if (!kind) return Promise.resolve(true);
  const before = roots.get(owner.uid);
  if (before) return before;
  const { namespace } = object.metadata;
  const answer = look.kubernetes
    .get({ ...kind, namespace, name: owner.name }, { signal: look.signal })
    .then((above) => above !== null && above.metadata.uid === owner.uid && hasForeignRoot(look, above, roots));
  roots.set(owner.uid, answer);
  return answer;
}

/** An object that only stands under a name of ours is ours if Kepler wrote it, whoever took its labels off. */
async function lookByName({ kubernetes, signal }: Look, entry: ObjectKey): Promise<SeenObject | null> {
  const object = await kubernetes.get(refOf(entry), { signal });
  if (object === null) return null;
  const byKepler = kept.parse(object.metadata).managedFields.some(({ manager }) => manager === "kepler");
  const unlabelled = object.metadata.labels?.[APP_LABEL] === undefined;
  return { ...described(object), as: byKepler && unlabelled ? "own" : "anothers" };
}
