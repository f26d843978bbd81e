import "server-only";
import { beyondReach } from "#lib/apps/spec/egress-rules";
import { carrierOf, carriesRules } from "#lib/apps/spec/gateway-rules";
import { type AppSpec } from "#lib/apps/spec-schema";
import { type Kubernetes } from "#lib/clients/kubernetes/client";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { ISTIO_GROUP, TRAEFIK_GROUP } from "#lib/clusters/record-mesh";
import { Conflict } from "#lib/platform/errors";
import { configuredLogOutput } from "../log-output.ts";

/** What the Spec wants and the cluster cannot do, as an error that says what to choose instead; null when it can. */
export async function clusterGap(
  spec: AppSpec,
  namespace: string,
  kubernetes: Kubernetes,
  signal: AbortSignal,
): Promise<Conflict | null> {
  if (spec.logCollection && configuredLogOutput() === null) {
    return new Conflict("Log files cannot be collected: no place to send them to is configured.", {
      next: "Leave log collection out, or ask a platform admin to set ELASTICSEARCH_URL.",
    });
  }
  const unreached = logHostsBeyondReach(spec);
  if (unreached.length > 0) {
    return new Conflict(`Collected log lines go to ${unreached.join(", ")}, which the service may not call.`, {
      next: "Declare this host too, let the service call anything, or leave log collection out.",
    });
  }
  const carrier = spec.exposure && carrierOf(spec.exposure);
  const needsIstio = spec.meshMode === "mesh" || carrier === "istio";
  const needsTraefik = spec.exposure && carrier === "ingress" && carriesRules(spec.exposure, spec.meshMode);
  if (!needsIstio && !needsTraefik && spec.trafficPolicy === undefined) return null;
  const groups = await kubernetes.apiGroups({ signal });
  if (needsTraefik && !groups.includes(TRAEFIK_GROUP)) {
    return new Conflict(
      "This cluster has no Middlewares of Traefik, so the Ingress gateway cannot carry rules of routes.",
      {
        system: "kubernetes",
        next: "Switch the rules off or choose Istio's gateway, or ask the cluster's operator for Traefik's custom resources.",
      },
    );
  }
  if ((needsIstio || spec.trafficPolicy !== undefined) && !groups.includes(ISTIO_GROUP)) {
    if (!needsIstio) {
      return new Conflict("This cluster has no Istio, so nobody would keep to how calls are balanced and limited.", {
        system: "kubernetes",
        next: "Leave balancing, limits and outliers out, or ask the cluster's operator for Istio.",
      });
    }
    return new Conflict("This cluster has no Istio, so mesh mode and Istio gateways are not available.", {
      system: "kubernetes",
      next: "Choose normal mode and the Ingress gateway, or ask the cluster's operator for Istio.",
    });
  }
  return spec.meshMode === "mesh" ? opposedNamespace(namespace, kubernetes, signal) : null;
}

/** The collector is one of the pod's containers, so its calls are held to what the service may call. */
function logHostsBeyondReach({ logCollection, egress }: AppSpec): string[] {
  const urls = (logCollection && configuredLogOutput()?.elasticsearchHosts) ?? [];
  return beyondReach(
    egress,
    urls.map((url) => new URL(url).hostname),
  );
}

/**
 * A namespace that is labelled so gets no proxies, whatever its pods ask for
 * (istio.io/latest/docs/setup/additional-setup/sidecar-injection/#controlling-the-injection-policy).
 */
async function opposedNamespace(name: string, kubernetes: Kubernetes, signal: AbortSignal): Promise<Conflict | null> {
  const namespace = await kubernetes.get({ ...KINDS.namespace, name }, { signal });
  if (namespace?.metadata.labels?.["istio-injection"] !== "disabled") return null;
  return new Conflict(`The namespace ${name} is kept out of the mesh (istio-injection=disabled).`, {
    system: "kubernetes",
    next: "Choose normal mode, or ask the cluster's operator to remove that label.",
  });
}
