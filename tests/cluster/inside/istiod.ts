import { join } from "node:path";
import { ISTIO_NAMESPACE, WEBHOOK_HOST } from "./addresses.ts";
import { type Children } from "./children.ts";

/** Istio's control plane as a process beside the API server: its webhooks validate objects and inject sidecars. */
export function startIstiod(children: Children, { state, binaries }: { state: string; binaries: string }): void {
  const kubeconfig = join(state, "pki", "admin.kubeconfig");
  children.start("istiod", join(binaries, "pilot-discovery"), ["discovery", "--kubeconfig", kubeconfig], {
    POD_NAME: "istiod",
    POD_NAMESPACE: ISTIO_NAMESPACE,
    REVISION: "default",
    CLUSTER_ID: "Kubernetes",
    PILOT_CERT_PROVIDER: "istiod",
    // A name that its serving certificate has and that leads here.
    ISTIOD_CUSTOM_HOST: WEBHOOK_HOST,
    ENABLE_NATIVE_SIDECARS: "true",
  });
}
