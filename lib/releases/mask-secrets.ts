import "server-only";
import { maskSecrets } from "#lib/builds/log-rules";
import { Denied, fromPublicError, Invalid, type PublicError } from "#lib/platform/errors";
import { type Manifest } from "./manifests.ts";

/** A sentence of the API server's about a Secret, which may quote it (an admission policy's, say), without what stands in it. */
export function maskRefusal(manifest: Manifest, refusal: PublicError): PublicError {
  if (manifest.kind !== "Secret") return refusal;
  const values = Object.values(typeof manifest.data === "object" && manifest.data !== null ? manifest.data : {});
  const secrets = values.flatMap((value: unknown) => {
    const encoded = String(value);
    return [encoded, Buffer.from(encoded, "base64").toString()];
  });
  const masked = (text: string) => maskSecrets(text, secrets);
  const fields = refusal.fields?.map(({ path, message }) => ({ path, message: masked(message) }));
  return { ...refusal, message: masked(refusal.message), ...(fields ? { fields } : {}) };
}

/** The same for what was thrown; what says nothing of the object itself stays as it is. */
export const maskedError = (manifest: Manifest, error: unknown): unknown =>
  manifest.kind === "Secret" && (error instanceof Invalid || error instanceof Denied)
    ? fromPublicError(maskRefusal(manifest, error.toPublic()))
    : error;
