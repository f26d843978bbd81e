import "server-only";
import { X509Certificate } from "node:crypto";
import { z } from "zod";
import { hostToAsk } from "#lib/apps/spec/names-schema";
import { certificateError } from "./certificate-rules.ts";
import { type CertificateFault, type CertificateProblem, type CertificateState } from "./certificate-schema.ts";

const WARN_BEFORE_MS = 14 * 86_400_000;

/** The certificate and nothing else: the key beside it is not even parsed. */
const tlsSecret = z.object({
  type: z.string().default("Opaque"),
  data: z.object({ "tls.crt": z.string().optional() }).default({}),
});

type Wanted = { secret: string; hosts: readonly string[]; now: Date };

/**
 * What is wrong with a Secret (as "namespace/name") that is to serve these hosts over TLS; null when nothing is. `object`
 * is the Secret as the cluster has it, null where there is none, "hidden" where it may not be read.
 */
export function certificateProblem(object: object | "hidden" | null, wanted: Wanted): CertificateProblem | null {
  const fault = faultOf(object, wanted);
  return fault && { ...fault, error: certificateError(fault) };
}

function faultOf(object: object | "hidden" | null, { secret, hosts: all, now }: Wanted): CertificateFault | null {
  const fault = (is: CertificateState, lastDay: string | null = null, hosts = all): CertificateFault => ({
    ...{ is, secret, lastDay },
    hosts: [...hosts],
  });
  if (object === "hidden") return fault("hidden");
  if (object === null) return fault("missing");
  const parsed = tlsSecret.safeParse(object).data;
  if (parsed?.type !== "kubernetes.io/tls") return fault("wrong-type");
  const certificate = read(parsed.data["tls.crt"]);
  if (certificate === null) return fault("unreadable");
  const ends = new Date(certificate.validTo);
  const lastDay = ends.toISOString().slice(0, 10);
  if (ends <= now) return fault("expired", lastDay);
  const uncovered = all.filter((host) => certificate.checkHost(hostToAsk(host)) === undefined);
  if (uncovered.length > 0) return fault("uncovered", null, uncovered);
  return ends.getTime() - now.getTime() > WARN_BEFORE_MS ? null : fault("expiring", lastDay);
}

function read(base64: string | undefined): X509Certificate | null {
  try {
    return new X509Certificate(Buffer.from(base64 ?? "", "base64"));
  } catch {
    return null;
  }
}
