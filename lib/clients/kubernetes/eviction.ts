import "server-only";
import { type Call } from "../http/call.ts";
import { type HttpRequest } from "../http/request.ts";
import { podPath } from "./paths.ts";

/** What `Kubernetes.evict` sends (https://kubernetes.io/docs/concepts/scheduling-eviction/api-eviction/). */
export function evictionRequest(
  { namespace, name, uid }: { namespace: string; name: string; uid: string },
  { dryRun = false, ...call }: Call & { dryRun?: boolean } = {},
): HttpRequest {
  const deleteOptions = { preconditions: { uid }, ...(dryRun ? { dryRun: ["All"] } : {}) };
  const eviction = { apiVersion: "policy/v1", kind: "Eviction", metadata: { name, namespace }, deleteOptions };
  return {
    ...call,
    method: "POST",
    path: podPath({ namespace, pod: name }, "eviction"),
    headers: { "content-type": "application/json" },
    body: JSON.stringify(eviction),
  };
}
