import { createHash, timingSafeEqual } from "node:crypto";

/** What an Authorization header holds (RFC 7617 Basic, RFC 6750 Bearer). */
export type Credentials = { scheme: "basic"; user: string; password: string } | { scheme: "bearer"; token: string };

export function parseAuthorization(header: string | undefined): Credentials | undefined {
  const [, scheme = "", value = ""] = /^(\S+)\s+(\S+)\s*$/.exec(header ?? "") ?? [];
  if (scheme.toLowerCase() === "bearer") return { scheme: "bearer", token: value };
  if (scheme.toLowerCase() !== "basic") return undefined;
  const decoded = Buffer.from(value, "base64").toString("utf8");
  const colon = decoded.indexOf(":");
  return colon < 0 ? undefined : { scheme: "basic", user: decoded.slice(0, colon), password: decoded.slice(colon + 1) };
}

/** Equality of two secrets that takes the same time wherever they differ. */
export function secretsEqual(a: string, b: string): boolean {
  const digest = (value: string) => createHash("sha256").update(value).digest();
  return timingSafeEqual(digest(a), digest(b));
}
