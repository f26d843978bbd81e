import "server-only";
import { type KindRef, type ObjectRef } from "./client.ts";

/** https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-uris: the core group lies below /api, others below /apis. */
export const groupPath = (apiVersion: string): string => `${apiVersion.includes("/") ? "/apis" : "/api"}/${apiVersion}`;

/** All objects of a kind; in one namespace, or with null in all of them. */
export function collectionPath(kind: KindRef, namespace: string | null): string {
  const inside = kind.namespaced && namespace !== null ? `/namespaces/${encodeURIComponent(namespace)}` : "";
  return `${groupPath(kind.apiVersion)}${inside}/${kind.plural}`;
}

export const objectPath = (ref: ObjectRef): string =>
  `${collectionPath(ref, ref.namespace ?? null)}/${encodeURIComponent(ref.name)}`;

export const podPath = ({ namespace, pod }: { namespace: string; pod: string }, subresource: string): string =>
  `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/${subresource}`;

/** "deployments.apps/scale" → resource, group and subresource, as an access review wants them. */
export function resourceAttributes(resource: string): { resource: string; group: string; subresource?: string } {
  const [name = "", subresource] = resource.split("/");
  const [plural = "", ...group] = name.split(".");
  return { resource: plural, group: group.join("."), ...(subresource ? { subresource } : {}) };
}
