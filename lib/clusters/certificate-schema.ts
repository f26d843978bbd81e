import { z } from "zod";
import { type PublicError } from "#lib/platform/errors";

/** What can be wrong with the Secret of a certificate; `hidden`: Kepler's account may not look, so nothing is known. */
export const CERTIFICATE_STATES = [
  "missing",
  "wrong-type",
  "unreadable",
  "expired",
  "uncovered",
  "expiring",
  "hidden",
] as const;
export type CertificateState = (typeof CERTIFICATE_STATES)[number];

/** What is wrong with a Secret (as "namespace/name"), and for which of the hosts that it is to serve. */
export const certificateFault = z.object({
  is: z.enum(CERTIFICATE_STATES),
  secret: z.string(),
  hosts: z.array(z.string()),
  /** Its last day ("2026-03-01"), where that is what is wrong. */
  lastDay: z.iso.date().nullable(),
});
export type CertificateFault = z.infer<typeof certificateFault>;

export type CertificateProblem = CertificateFault & { error: PublicError };
