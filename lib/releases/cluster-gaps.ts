import "server-only";
import { type AppSpec } from "#lib/apps/spec-schema";
import { type Kubernetes } from "#lib/clients/kubernetes/client";
import { Conflict } from "#lib/platform/errors";

/** What the Spec wants and the cluster cannot do, as an error that says what to choose instead; null when it can. */
export async function clusterGap(spec: AppSpec, kubernetes: Kubernetes, signal: AbortSignal): Promise<Conflict | null> {
  const wantsIstio = spec.meshMode === "mesh" || spec.exposure?.gatewayClass === "istio";
  if (!wantsIstio || (await kubernetes.apiGroups({ signal })).includes("networking.istio.io")) return null;
  return new Conflict("This cluster has no Istio, so mesh mode and Istio gateways are not available.", {
    system: "kubernetes",
    next: "Choose normal mode and the Ingress gateway, or ask the cluster's operator for Istio.",
  });
}
