import "server-only";
import { X509Certificate } from "node:crypto";
import { z } from "zod";
import { hostToAsk } from "#lib/apps/spec/names-schema";
import { type CertificateProblem, type CertificateState } from "./certificate-schema.ts";

const WARN_BEFORE_MS = 14 * 86_400_000;

/** The certificate and nothing else: the key beside it is not even parsed. */
const tlsSecret = z.object({
  type: z.string().default("Opaque"),
  data: z.object({ "tls.crt": z.string().optional() }).default({}),
});

/**
 * What is wrong with a Secret (as "namespace/name") that is to serve these hosts over TLS; null when nothing is. `object`
 * is the Secret as the cluster has it, null where there is none, "hidden" where it may not be read.
 */
export function certificateProblem(
  object: object | "hidden" | null,
  { secret, hosts, now }: { secret: string; hosts: readonly string[]; now: Date },
): CertificateProblem | null {
  const problem = (is: CertificateState, message: string, next: string): CertificateProblem => ({
    is,
    secret,
    error: { code: is === "hidden" ? "denied" : "conflict", system: "kubernetes", message, next },
  });
  const of = hosts.join(", ");
  if (object === "hidden")
    return problem(
      "hidden",
      `Kepler's account may not read the Secret ${secret}, so the certificate of ${of} cannot be checked.`,
      "Ask the cluster's operator whether it is there, or for the right to read it.",
    );
  if (object === null)
    return problem(
      "missing",
      `The Secret ${secret} with the certificate of ${of} does not exist.`,
      "Ask the cluster's operator to have it made there, by cert-manager or by hand.",
    );
  const parsed = tlsSecret.safeParse(object).data;
  if (parsed?.type !== "kubernetes.io/tls")
    return problem(
      "wrong-type",
      `The Secret ${secret} is not of type kubernetes.io/tls.`,
      "Ask the cluster's operator to make it of that type, or name another Secret for the domain.",
    );
  const certificate = read(parsed.data["tls.crt"]);
  if (certificate === null)
    return problem(
      "unreadable",
      `The Secret ${secret} holds no certificate that can be read.`,
      "Ask the cluster's operator to have the certificate issued again.",
    );
  const ends = new Date(certificate.validTo);
  const day = ends.toISOString().slice(0, 10);
  if (ends <= now)
    return problem(
      "expired",
      `The certificate in ${secret} has expired on ${day}: visitors of ${of} are warned or turned away.`,
      "Have it renewed now: whoever keeps the Secret, or cert-manager's log, knows why it was not.",
    );
  const uncovered = hosts.filter((host) => certificate.checkHost(hostToAsk(host)) === undefined);
  if (uncovered.length > 0)
    return problem(
      "uncovered",
      `The certificate in ${secret} is not for ${uncovered.join(", ")}.`,
      "Have it issued for these hosts as well, or name another Secret for their domain.",
    );
  if (ends.getTime() - now.getTime() > WARN_BEFORE_MS) return null;
  return problem(
    "expiring",
    `The certificate in ${secret} expires on ${day}.`,
    "See that it is renewed in time: by cert-manager, or by whoever keeps the Secret.",
  );
}

function read(base64: string | undefined): X509Certificate | null {
  try {
    return new X509Certificate(Buffer.from(base64 ?? "", "base64"));
  } catch {
    return null;
  }
}
