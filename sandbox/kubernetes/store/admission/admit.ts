import { ApiError, forbidden, notFound } from "../../api/status.ts";
import { namespaces } from "../../kinds/index.ts";
import { type Kind } from "../../kinds/kind.ts";
import { type KubeObject, type PersistentVolumeClaim, type Pod, type Service } from "../../objects.ts";
import { type Store } from "../store.ts";
import { limitClaim, limitPod } from "./limits.ts";
import { withinQuota } from "./quota.ts";
import { allocateAddresses } from "./service-addresses.ts";
import { injectSidecar } from "./sidecar.ts";
import { chooseStorageClass } from "./storage-class.ts";

/** What the rest of the cluster has to say to a new object: its namespace must live, and it is completed or refused. */
export function admit(store: Store, kind: Kind, object: KubeObject): void {
  const { namespace: name } = object.metadata;
  if (name === undefined) return;
  const namespace = store.get(namespaces, undefined, name);
  if (namespace === undefined) throw notFound(namespaces, name);
  if (namespace.metadata.deletionTimestamp !== undefined) throw terminating(kind, object.metadata.name, name);
  if (kind.group === "") ADMISSIONS[kind.plural]?.(store, object);
  withinQuota(store, kind, object);
}

// The kind's schema has been checked, so an object under its plural has its type.
const ADMISSIONS: Record<string, (store: Store, object: KubeObject) => void> = {
  pods: (store, object) => {
    injectSidecar(store, object as Pod);
    limitPod(store, object as Pod);
  },
  services: (store, object) => allocateAddresses(store, object as Service),
  persistentvolumeclaims: (store, object) => {
    chooseStorageClass(store, object as PersistentVolumeClaim);
    limitClaim(store, object as PersistentVolumeClaim);
  },
};

function terminating(kind: Kind, name: string, namespace: string): ApiError {
  const error = forbidden(
    kind,
    name,
    `unable to create new content in namespace ${namespace} because it is being terminated`,
  );
  return new ApiError(403, error.reason, error.message, {
    ...error.details,
    causes: [
      {
        reason: "NamespaceTerminating",
        message: `namespace ${namespace} is being terminated`,
        field: "metadata.namespace",
      },
    ],
  });
}
