import { createHash } from "node:crypto";
import { same } from "../json.ts";
import { deployments, replicaSets } from "../kinds/index.ts";
import { type Deployment, type PodTemplate, type ReplicaSet } from "../objects.ts";
import { controlledBy, type Resources } from "../store/resources.ts";
import { deploymentStatus } from "./deployment-status.ts";
import { recorderFor } from "./event-recorder.ts";
import { podsOf, statusWriter, writer } from "./pods-of.ts";
import { recreate, rollingUpdate, type Scaling, scaleEvenly } from "./rollout.ts";
import { type Controller, keyOf, splitKey } from "./work-queue.ts";

const HASH_LABEL = "pod-template-hash";
const REVISION = "deployment.kubernetes.io/revision";

/** Rolls a Deployment's template out through ReplicaSets, one per template, numbered by revision. */
export function deploymentController(resources: Resources): Controller {
  const record = recorderFor(resources, "deployment-controller");

  const scale = (deployment: Deployment, { set, replicas }: Scaling): void => {
    const before = set.spec.replicas;
    if (before === replicas) return;
    resources.modify(replicaSets, set, (draft) => (draft.spec.replicas = replicas), writer);
    const direction = replicas > before ? "up" : "down";
    record(deployment, {
      type: "Normal",
      reason: "ScalingReplicaSet",
      message: `Scaled ${direction} replica set ${set.metadata.name} from ${before} to ${replicas}`,
    });
  };

  return {
    name: "deployment",
    keysOf: ({ kind, object }) => {
      if (kind.plural === "deployments") return [keyOf(object)];
      if (kind.plural !== "replicasets" && kind.plural !== "pods") return [];
      // A pod's deployment is found through its ReplicaSet; only its going matters here (Recreate waits for it).
      const sets =
        kind.plural === "replicasets"
          ? [object]
          : (object.metadata.ownerReferences ?? []).map(({ name }) =>
              resources.store.get(replicaSets, object.metadata.namespace, name),
            );
      return sets.flatMap((set) =>
        (set?.metadata.ownerReferences ?? [])
          .filter((owner) => owner.kind === "Deployment")
          .map(({ name }) => `${object.metadata.namespace ?? ""}/${name}`),
      );
    },
    reconcile: (key) => {
      const deployment = resources.store.get(deployments, ...splitKey(key));
      if (deployment === undefined || deployment.metadata.deletionTimestamp !== undefined) return undefined;
      const owned = resources.store.ownedBy(replicaSets, deployment.metadata.uid);
      let current = owned.find((set) => same(withoutHash(set.spec.template), withoutHash(deployment.spec.template)));
      const old = owned.filter((set) => set !== current).sort((a, b) => revisionOf(a) - revisionOf(b));
      if (deployment.spec.paused !== true) current = ensureCurrent(resources, deployment, current, old);

      const steps =
        deployment.spec.paused === true || current === undefined
          ? scaleEvenly(deployment, owned)
          : deployment.spec.strategy.type === "Recreate"
            ? recreate(
                deployment,
                current,
                old,
                old.some((set) => podsOf(resources, set).length > 0),
              )
            : rollingUpdate(deployment, current, old);
      for (const step of steps) scale(deployment, step);

      const live = [...old, ...(current === undefined ? [] : [current])].flatMap(
        (set) => resources.store.get(replicaSets, set.metadata.namespace, set.metadata.name) ?? [],
      );
      const { status, againInMs } = deploymentStatus(deployment, live, current?.metadata.name, resources.now());
      resources.modify(deployments, deployment, (draft) => (draft.status = status), statusWriter);
      forgetOldRevisions(resources, deployment, old);
      return againInMs;
    },
  };
}

const withoutHash = (template: PodTemplate): unknown => {
  const { [HASH_LABEL]: _hash, ...labels } = template.metadata?.labels ?? {};
  return { ...template, metadata: { ...template.metadata, labels } };
};

export const revisionOf = (object: ReplicaSet | Deployment): number =>
  Number(object.metadata.annotations?.[REVISION] ?? 0);

/** The letters of generated names, so that no word can appear in a pod's name. */
function hashOf(template: PodTemplate): string {
  const digest = createHash("sha256")
    .update(JSON.stringify(withoutHash(template)))
    .digest();
  return [...digest.subarray(0, 10)].map((byte) => "bcdfghjklmnpqrstvwxz2456789"[byte % 27]).join("");
}

/** Finds or makes the ReplicaSet of the present template; an older one that is wanted again gets the newest revision. */
function ensureCurrent(
  resources: Resources,
  deployment: Deployment,
  found: ReplicaSet | undefined,
  old: ReplicaSet[],
): ReplicaSet | undefined {
  const newest = Math.max(0, ...old.map(revisionOf));
  const revision = String(found === undefined ? newest + 1 : Math.max(revisionOf(found), newest + 1));
  const {
    "kubectl.kubernetes.io/last-applied-configuration": _applied,
    [REVISION]: _old,
    ...inherited
  } = deployment.metadata.annotations ?? {};
  const annotations = {
    ...inherited,
    [REVISION]: revision,
    "deployment.kubernetes.io/desired-replicas": String(deployment.spec.replicas),
  };
  const { namespace } = deployment.metadata;
  let name = found?.metadata.name;
  if (found === undefined) {
    const hash = hashOf(deployment.spec.template);
    const labels = { ...deployment.spec.template.metadata?.labels, [HASH_LABEL]: hash };
    const selector = {
      ...deployment.spec.selector,
      matchLabels: { ...deployment.spec.selector.matchLabels, [HASH_LABEL]: hash },
    };
    const template = { ...deployment.spec.template, metadata: { ...deployment.spec.template.metadata, labels } };
    name = `${deployment.metadata.name}-${hash}`;
    const body = {
      metadata: { name, labels, annotations, ownerReferences: [controlledBy(deployment)] },
      spec: { replicas: 0, minReadySeconds: deployment.spec.minReadySeconds, selector, template },
    };
    resources.create(replicaSets, namespace, body, writer);
  } else if (
    !same({ ...found.metadata.annotations, ...annotations }, found.metadata.annotations) ||
    found.spec.minReadySeconds !== deployment.spec.minReadySeconds
  ) {
    resources.modify(
      replicaSets,
      found,
      (draft) => {
        draft.metadata.annotations = { ...draft.metadata.annotations, ...annotations };
        if (deployment.spec.minReadySeconds !== undefined) draft.spec.minReadySeconds = deployment.spec.minReadySeconds;
      },
      writer,
    );
  }
  if (revisionOf(deployment) !== Number(revision))
    resources.modify(
      deployments,
      deployment,
      (draft) => (draft.metadata.annotations = { ...draft.metadata.annotations, [REVISION]: revision }),
      writer,
    );
  return resources.store.get(replicaSets, namespace, name ?? "");
}

/** Keeps `revisionHistoryLimit` empty old sets: what one can still roll back to. */
function forgetOldRevisions(resources: Resources, deployment: Deployment, old: ReplicaSet[]): void {
  const empty = old.filter(
    (set) => set.spec.replicas === 0 && set.status.replicas === 0 && set.metadata.deletionTimestamp === undefined,
  );
  const surplus = empty.length - deployment.spec.revisionHistoryLimit;
  if (surplus > 0)
    for (const set of empty.slice(0, surplus))
      resources.delete(replicaSets, set.metadata.namespace, set.metadata.name, {});
}
