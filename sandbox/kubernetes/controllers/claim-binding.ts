import { persistentVolumeClaims, storageClasses } from "../kinds/index.ts";
import { type PersistentVolumeClaim, type Pod } from "../objects.ts";
import { type Resources } from "../store/resources.ts";

/** Where the scheduler tells a claim its pod's node (`WaitForFirstConsumer`). */
export const SELECTED_NODE = "volume.kubernetes.io/selected-node";

export const claimsOf = ({ spec }: Pod): string[] =>
  (spec.volumes ?? []).flatMap(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName ?? []);

export type Binding = { obstacle?: string; awaiting: PersistentVolumeClaim[] };

/** What a pod's claims mean for its scheduling: an obstacle, or claims that wait to be told its node. */
export function bindingOf({ store }: Resources, pod: Pod): Binding {
  const awaiting: PersistentVolumeClaim[] = [];
  for (const name of claimsOf(pod)) {
    const claim = store.get(persistentVolumeClaims, pod.metadata.namespace, name);
    if (claim === undefined) return { obstacle: `persistentvolumeclaim "${name}" not found`, awaiting };
    if (claim.metadata.deletionTimestamp !== undefined)
      return { obstacle: `persistentvolumeclaim "${name}" is being deleted`, awaiting };
    if (claim.status.phase === "Bound") continue;
    const storageClass = store.get(storageClasses, undefined, claim.spec.storageClassName ?? "");
    if (storageClass?.volumeBindingMode !== "WaitForFirstConsumer")
      return { obstacle: "pod has unbound immediate PersistentVolumeClaims", awaiting };
    awaiting.push(claim);
  }
  return { awaiting };
}

/** Tells claims which node their pod goes to, so that their volumes are made. */
export function selectNode(resources: Resources, claims: PersistentVolumeClaim[], node: string): void {
  const select = (draft: PersistentVolumeClaim): void => {
    draft.metadata.annotations = { ...draft.metadata.annotations, [SELECTED_NODE]: node };
  };
  for (const claim of claims) resources.modify(persistentVolumeClaims, claim, select, { manager: "kube-scheduler" });
}
