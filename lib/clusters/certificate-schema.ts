import { type PublicError } from "#lib/platform/errors";

/** What can be wrong with the Secret of a certificate; `hidden`: Kepler's account may not look, so nothing is known. */
export type CertificateState =
  | "missing"
  | "wrong-type"
  | "unreadable"
  | "expired"
  | "uncovered"
  | "expiring"
  | "hidden";
export type CertificateProblem = { is: CertificateState; secret: string; error: PublicError };
