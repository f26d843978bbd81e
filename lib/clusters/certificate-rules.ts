import { type PublicError } from "#lib/platform/errors";
import { type CertificateFault, type CertificateState } from "./certificate-schema.ts";

/** Hosts of it cannot be served with TLS at all: no gateway takes it. */
const NOT_TAKEN: readonly CertificateState[] = ["missing", "wrong-type", "unreadable"];
export const isTaken = ({ is }: Pick<CertificateFault, "is">): boolean => !NOT_TAKEN.includes(is);

/** A fault for these hosts alone; null where it is none of theirs. */
export function faultFor(fault: CertificateFault, hosts: readonly string[]): CertificateFault | null {
  const theirs = fault.hosts.filter((host) => hosts.includes(host));
  return theirs.length > 0 ? { ...fault, hosts: theirs } : null;
}

/** What is wrong with a certificate in words, and what to do next. */
export function certificateError({ is, secret, hosts, lastDay }: CertificateFault): PublicError {
  const said = (message: string, next: string): PublicError => ({
    ...{ code: is === "hidden" ? "denied" : "conflict", system: "kubernetes" },
    ...{ message, next },
  });
  const of = named(hosts);
  switch (is) {
    case "hidden":
      return said(
        `Kepler's account may not read the Secret ${secret}, so the certificate of ${of} cannot be checked.`,
        "Ask the cluster's operator whether it is there, or for the right to read it.",
      );
    case "missing":
      return said(
        `The Secret ${secret} with the certificate of ${of} does not exist.`,
        "Ask the cluster's operator to have it made there, by cert-manager or by hand.",
      );
    case "wrong-type":
      return said(
        `The Secret ${secret} is not of type kubernetes.io/tls.`,
        "Ask the cluster's operator to make it of that type, or name another Secret for the domain.",
      );
    case "unreadable":
      return said(
        `The Secret ${secret} holds no certificate that can be read.`,
        "Ask the cluster's operator to have the certificate issued again.",
      );
    case "expired":
      return said(
        `The certificate in ${secret} has expired on ${lastDay}: visitors of ${of} are warned or turned away.`,
        "Have it renewed now: whoever keeps the Secret, or cert-manager's log, knows why it was not.",
      );
    case "uncovered":
      return said(
        `The certificate in ${secret} is not for ${of}.`,
        "Have it issued for these hosts as well, or name another Secret for their domain.",
      );
    case "expiring":
      return said(
        `The certificate in ${secret} expires on ${lastDay}.`,
        "See that it is renewed in time: by cert-manager, or by whoever keeps the Secret.",
      );
  }
}

/** As many as a person reads. */
const NAMED = 10;
const named = (hosts: readonly string[]): string => {
  const [shown, left] = [hosts.slice(0, NAMED).join(", "), hosts.length - NAMED];
  return left > 0 ? `${shown} … (+${left})` : shown;
};
