import { refusal } from "./refusals.ts";

const NAME = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** What a manifest is asked for by. */
export type Reference = { kind: "tag"; tag: string } | { kind: "digest"; digest: string };

/** Since no valid name has a part that begins with `_`, names are safe as folders beside the store's own. */
export function checkName(name: string): string {
  if (!NAME.test(name) || name.length > 255) throw refusal("NAME_INVALID", "invalid repository name", { name });
  return name;
}

export function checkDigest(digest: string): string {
  if (!DIGEST.test(digest))
    throw refusal("DIGEST_INVALID", "provided digest did not match uploaded content", { digest });
  return digest;
}

export function readReference(reference: string): Reference {
  if (reference.includes(":")) return { kind: "digest", digest: checkDigest(reference) };
  if (!TAG.test(reference)) throw refusal("MANIFEST_INVALID", "manifest tag is not valid", { reference });
  return { kind: "tag", tag: reference };
}
