import "server-only";
import { type z } from "zod";
import { type specTls } from "#lib/apps/spec/network-schema";
import { type Kubernetes } from "#lib/clients/kubernetes/client";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { Denied } from "#lib/platform/errors";
import { certificateProblem } from "./certificate-problem.ts";
import { type CertificateProblem } from "./certificate-schema.ts";
import { findGateway } from "./find-gateway.ts";

type Place = { gatewayClass: "istio" | "ingress"; namespace: string };
type Look = { kubernetes: Kubernetes; now: Date; signal: AbortSignal };

/** Where Istio's own charts put the gateway, unless its Service says otherwise. */
const ISTIO_NAMESPACE = "istio-system";

/**
 * What is wrong with the certificates that a gateway would show for routes of a namespace, Secret by Secret: Istio's reads
 * them beside itself, Traefik beside the Ingress. Throws what the cluster throws, but for a refusal, which is a state.
 */
export async function checkCertificates(
  tls: readonly z.infer<typeof specTls>[],
  { gatewayClass, namespace }: Place,
  { kubernetes, now, signal }: Look,
): Promise<CertificateProblem[]> {
  if (tls.length === 0) return [];
  const beside = gatewayClass === "ingress" ? namespace : await namespaceOfIstio(kubernetes, signal);
  const problems = await Promise.all(
    tls.map(async ({ secretName: name, hosts }) => {
      const object = await kubernetes
        .get({ ...KINDS.secret, namespace: beside, name }, { signal })
        .catch((error: unknown) => {
          if (error instanceof Denied) return "hidden" as const;
          throw error;
        });
      return certificateProblem(object, { secret: `${beside}/${name}`, hosts, now });
    }),
  );
  return problems.filter((problem) => problem !== null);
}

async function namespaceOfIstio(kubernetes: Kubernetes, signal: AbortSignal): Promise<string> {
  const gateway = await findGateway("istio", kubernetes, signal);
  return gateway?.service.split("/")[0] ?? ISTIO_NAMESPACE;
}
