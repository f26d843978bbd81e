import "server-only";
import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { type EncryptionKey, env } from "./env.ts";
import { Invalid } from "./errors.ts";

const VERSION = "v1";
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce. The envelope is `v1.<key id>.<nonce>.<ciphertext and tag>`,
 * base64url, and the head is authenticated too, so a row can say which key opens it but cannot lie about it.
 */
export function sealWith(key: EncryptionKey, text: string): string {
  const nonce = randomBytes(NONCE_BYTES);
  const head = `${VERSION}.${key.id}`;
  const cipher = createCipheriv("aes-256-gcm", key.bytes, nonce).setAAD(Buffer.from(head));
  const sealed = Buffer.concat([cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]);
  return `${head}.${nonce.toString("base64url")}.${sealed.toString("base64url")}`;
}

/** Opens what `sealWith` made with any of `keys`. Throws `Invalid` when no key fits or a byte was changed. */
export function openWith(keys: readonly EncryptionKey[], envelope: string): string {
  const [version, keyId, nonce = "", sealed = ""] = envelope.split(".");
  const key = keys.find((candidate) => candidate.id === keyId);
  if (version !== VERSION || key === undefined) {
    throw new Invalid("A stored secret was sealed with a key that is not configured.", {
      next: "Put the earlier key into KEPLER_ENCRYPTION_OLD_KEYS.",
    });
  }
  try {
    const bytes = Buffer.from(sealed, "base64url");
    const decipher = createDecipheriv("aes-256-gcm", key.bytes, Buffer.from(nonce, "base64url"), {
      authTagLength: TAG_BYTES,
    })
      .setAAD(Buffer.from(`${version}.${keyId}`))
      .setAuthTag(bytes.subarray(-TAG_BYTES));
    return Buffer.concat([decipher.update(bytes.subarray(0, -TAG_BYTES)), decipher.final()]).toString("utf8");
  } catch (cause) {
    throw new Invalid("A stored secret cannot be opened: it was changed.", { cause });
  }
}

/** Seals with this installation's first key; for secrets at rest. */
export const seal = (text: string): string => sealWith(env().encryptionKeys[0], text);
/** Opens what `seal` made, also before a key change. Throws `Invalid`. */
export const open = (envelope: string): string => openWith(env().encryptionKeys, envelope);

/** HMAC-SHA256 (RFC 2104) of `message`, base64url: a token that only holders of `key` can make. */
export const hmacToken = (key: string, message: string): string =>
  createHmac("sha256", key).update(message).digest("base64url");

/** Compares two secrets in a time that does not tell how much of them agrees. */
export function equalSecrets(a: string, b: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

/** `bytes` of randomness, base64url. */
export const randomSecret = (bytes = 32): string => randomBytes(bytes).toString("base64url");

/** Hex SHA-256, for looking up a secret of high entropy without keeping it (API tokens). */
export const sha256Hex = (text: string): string => createHash("sha256").update(text).digest("hex");
