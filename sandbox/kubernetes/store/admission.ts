import { randomInt } from "node:crypto";
import { ApiError, forbidden, notFound } from "../api/status.ts";
import { isObject } from "../json.ts";
import { namespaces, services } from "../kinds/index.ts";
import { type Kind } from "../kinds/kind.ts";
import { type KubeObject } from "../objects.ts";
import { type Store } from "./store.ts";

/** What the rest of the cluster has to say to a new object: its namespace must live, and a Service gets an address. */
export function admit(store: Store, kind: Kind, object: KubeObject): void {
  const { namespace: name } = object.metadata;
  if (name !== undefined) {
    const namespace = store.get(namespaces, undefined, name);
    if (namespace === undefined) throw notFound(namespaces, name);
    if (namespace.metadata.deletionTimestamp !== undefined) throw terminating(kind, object.metadata.name, name);
  }
  if (kind.plural === "services") allocateClusterIp(store, object);
}

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

/** Cluster addresses are drawn from 127.96.0.0/12, where a proxy can really listen on Linux. */
function allocateClusterIp(store: Store, service: KubeObject): void {
  const { spec } = service;
  if (!isObject(spec) || spec.type === "ExternalName") return;
  const taken = new Set(store.list(services).map((one) => one.spec.clusterIP));
  while (spec.clusterIP === undefined || spec.clusterIP === "" || taken.has(String(spec.clusterIP))) {
    if (spec.clusterIP === "None") break;
    spec.clusterIP = `127.${96 + randomInt(16)}.${randomInt(256)}.${randomInt(1, 255)}`;
  }
  spec.clusterIPs ??= [spec.clusterIP];
}
