import { X509Certificate } from "node:crypto";
import { createSecureContext, type SecureContext } from "node:tls";
import { secrets } from "../kinds/index.ts";
import { type Ingress, type Secret } from "../objects.ts";
import { type Store } from "../store/store.ts";
import { derived } from "./derived.ts";
import { hostFits } from "./hosts.ts";
import { type GatewaySpec, type Named } from "./istio-objects.ts";
import { isOurs } from "./istio-routes.ts";

/** The certificate that a gateway shows for a name; "missing" = it should have one; undefined = it knows no such name. */
export type Credentials = (name: string) => SecureContext | "missing" | undefined;

/** Istio's gateway reads the Secrets that servers of Gateways name (`credentialName`) from its own namespace alone. */
const GATEWAY_NAMESPACE = "istio-system";

export function istioCredentials(store: Store, gateways: () => Named<GatewaySpec>[]): Credentials {
  const servers = derived(store, ["gateways", "secrets"], () =>
    gateways()
      .filter(isOurs)
      .flatMap(({ spec }) => spec.servers)
      .filter(({ port, tls }) => port.protocol.toUpperCase() === "HTTPS" && tls?.mode === "SIMPLE")
      .flatMap(({ hosts, tls }) => {
        const secret = store.get(secrets, GATEWAY_NAMESPACE, tls?.credentialName ?? "");
        const context = secret && keyPairOf(secret)?.context;
        return hosts.map(
          (host) => ({ host: host.slice(host.indexOf("/") + 1), context: context ?? "missing" }) as const,
        );
      })
      .sort((a, b) => b.host.length - a.host.length),
  );
  return (name) => servers().find(({ host }) => hostFits(host, name))?.context;
}

/** Traefik takes every certificate that an Ingress names, and chooses by the names in the certificates themselves. */
export function traefikCredentials(store: Store, ours: () => Ingress[]): Credentials {
  const pairs = derived(store, ["ingresses", "secrets"], () =>
    ours().flatMap(({ metadata, spec }) =>
      (spec.tls ?? []).flatMap(({ secretName = "" }) => {
        const secret = store.get(secrets, metadata.namespace, secretName);
        return (secret && keyPairOf(secret)) ?? [];
      }),
    ),
  );
  return (name) => pairs().find(({ certificate }) => certificate.checkHost(name) !== undefined)?.context;
}

/** Undefined for a Secret that holds no certificate with its key. */
function keyPairOf({ data }: Secret): { certificate: X509Certificate; context: SecureContext } | undefined {
  const read = (key: string) => Buffer.from(data?.[key] ?? "", "base64");
  try {
    const [cert, key] = [read("tls.crt"), read("tls.key")];
    return { certificate: new X509Certificate(cert), context: createSecureContext({ cert, key }) };
  } catch {
    return undefined;
  }
}
