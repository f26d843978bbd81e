import { request } from "node:https";
import { type TLSSocket } from "node:tls";
import { type Kubernetes } from "#lib/clients/kubernetes/client";
import { selfSigned } from "#sandbox/kubernetes/api/certificate";

/** A Secret with a certificate, as an operator or cert-manager writes it into the namespace where a gateway looks for it. */
export async function certificate(
  kubernetes: Kubernetes,
  { namespace, name = "tls" }: { namespace: string; name?: string },
  commonName: string,
  dnsNames: string[],
): Promise<void> {
  const now = Date.now();
  const dates = { validFrom: new Date(now - 60_000), validTo: new Date(now + 90 * 86_400_000) };
  const { cert, key } = selfSigned({ commonName, dnsNames, ...dates });
  const data = { "tls.crt": Buffer.from(cert).toString("base64"), "tls.key": Buffer.from(key).toString("base64") };
  const metadata = { name, namespace };
  const secret = { apiVersion: "v1", kind: "Secret", metadata, type: "kubernetes.io/tls", data };
  await kubernetes.apply(secret, { force: true });
}

/** Whose certificate is shown for a host, and the status of the page; an error's code where there is neither. */
export const visitSecure = (base: string, host: string, path = "/"): Promise<string> =>
  new Promise((resolve) => {
    const { port } = new URL(base);
    const [at, agent] = ["127.0.0.1", false as const];
    const options = { host: at, port, path, servername: host, headers: { host }, agent, rejectUnauthorized: false };
    const sent = request(options, (response) => {
      const { subject } = (response.socket as TLSSocket).getPeerCertificate();
      response.resume().on("end", () => resolve(`${String(subject.CN)} ${response.statusCode}`));
    });
    sent.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message)).end();
  });
