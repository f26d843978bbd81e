import { KINDS } from "../kinds/index.ts";
import { type Kind, resourceName } from "../kinds/kind.ts";
import { type KubeObject } from "../objects.ts";
import { type Resources } from "../store/resources.ts";
import { type Controller, keyOf, splitKey } from "./work-queue.ts";

const writer = { manager: "kube-controller-manager" };

/** Deletes what has lost its owners, and carries out the finalizers `orphan` and `foregroundDeletion`. */
export function garbageController(resources: Resources): Controller {
  const { store } = resources;
  const dependentsOf = (uid: string): { kind: Kind; object: KubeObject }[] =>
    KINDS.flatMap((kind) => store.ownedBy(kind, uid).map((object) => ({ kind, object })));

  const finish = (kind: Kind, object: KubeObject, finalizer: string): void =>
    resources.modify(
      kind,
      object,
      (draft) => (draft.metadata.finalizers = draft.metadata.finalizers?.filter((each) => each !== finalizer)),
      writer,
    );

  const orphan = (kind: Kind, owner: KubeObject): void => {
    for (const { kind: of, object } of dependentsOf(owner.metadata.uid))
      resources.modify(
        of,
        object,
        (draft) =>
          (draft.metadata.ownerReferences = draft.metadata.ownerReferences?.filter(
            ({ uid }) => uid !== owner.metadata.uid,
          )),
        writer,
      );
    finish(kind, owner, "orphan");
  };
  const deleteForeground = (kind: Kind, owner: KubeObject): void => {
    const left = dependentsOf(owner.metadata.uid);
    for (const { kind: of, object } of left)
      if (object.metadata.deletionTimestamp === undefined)
        resources.delete(of, object.metadata.namespace, object.metadata.name, { propagationPolicy: "Foreground" });
    if (left.length === 0) finish(kind, owner, "foregroundDeletion");
  };
  const isLost = (object: KubeObject): boolean => {
    const owners = object.metadata.ownerReferences ?? [];
    const exists = (kindName: string, name: string, uid: string): boolean =>
      KINDS.some(
        (kind) =>
          kind.kind === kindName &&
          store.get(kind, kind.namespaced ? object.metadata.namespace : undefined, name)?.metadata.uid === uid,
      );
    return owners.length > 0 && !owners.some((owner) => exists(owner.kind, owner.name, owner.uid));
  };

  const keyFor = (kind: Kind, object: KubeObject): string => `${resourceName(kind)}/${keyOf(object)}`;
  return {
    name: "garbage",
    keysOf: ({ kind, type, object }) => {
      const related = type === "DELETED" ? [...dependentsOf(object.metadata.uid), ...ownersOf(resources, object)] : [];
      return [{ kind, object }, ...related].map((each) => keyFor(each.kind, each.object));
    },
    reconcile: (key) => {
      const [resource, objectKey] = splitKey(key);
      const kind = KINDS.find((each) => resourceName(each) === resource);
      const [namespace, name] = splitKey(objectKey);
      const object = kind === undefined ? undefined : store.get(kind, namespace === "" ? undefined : namespace, name);
      if (kind === undefined || object === undefined) return undefined;
      const { deletionTimestamp, finalizers = [] } = object.metadata;
      if (deletionTimestamp === undefined) {
        if (isLost(object)) resources.delete(kind, object.metadata.namespace, name, {});
      } else if (finalizers.includes("orphan")) orphan(kind, object);
      else if (finalizers.includes("foregroundDeletion")) deleteForeground(kind, object);
      return undefined;
    },
  };
}

function ownersOf({ store }: Resources, object: KubeObject): { kind: Kind; object: KubeObject }[] {
  return (object.metadata.ownerReferences ?? []).flatMap((reference) =>
    KINDS.filter((kind) => kind.kind === reference.kind).flatMap((kind) => {
      const owner = store.get(kind, kind.namespaced ? object.metadata.namespace : undefined, reference.name);
      return owner === undefined ? [] : [{ kind, object: owner }];
    }),
  );
}
